// Files that do not decode: what is bad is known from the scan, and so the same in every attempt. A training image gives its
// place to the next good one of its class, so that an epoch has as many steps as images were counted; of the images that are
// evaluated only the good ones count. Many bad files mean that the data set is damaged, and are an error.

extension Dataset {
    /// This data set with each undecodable training sample replaced by the next of its class, in file order and cyclic, and
    /// without undecodable validation samples. Its further notices say so.
    ///
    /// - Throws: `DatasetsError` of code `badData`: more than 1 % of a split, or the whole of a class to be trained on, does
    ///   not decode.
    package func repaired(by statistics: Statistics) throws -> Dataset {
        try repaired(train: statistics.undecodableTrain, validation: statistics.undecodableValidation)
    }

    /// As above, by what does not decode.
    package func repaired(
        train badTrain: [Statistics.Undecodable], validation badValidation: [Statistics.Undecodable]
    ) throws -> Dataset {
        try check(badTrain, of: self.train, "to be trained on")
        try check(badValidation, of: validation, "to be evaluated")
        var train = train
        for (index, other) in try replacements(badTrain) { train[index] = self.train[other] }
        let left = Set(badValidation.map(\.index))
        return Dataset(
            name: name, root: root, classes: classes, train: train,
            validation: validation.enumerated().filter { !left.contains($0.offset) }.map(\.element),
            test: test, shards: shards, statistics: self.statistics,
            notices: notices
                + [
                    Self.notice(badTrain, "to be trained on", "others of their classes are taken twice"),
                    Self.notice(badValidation, "to be evaluated", "they do not count"),
                ].compactMap(\.self), fingerprint: fingerprint)
    }

    private func check(_ undecodable: [Statistics.Undecodable], of samples: [Sample], _ use: String) throws {
        guard undecodable.count * 100 <= samples.count else {
            throw DatasetsError(
                .badData,
                "\(undecodable.count) of \(samples.count) images \(use) in \(root) do not decode (at most 1 % may); "
                    + "replace or remove them:\(Self.list(undecodable))")
        }
    }

    /// The place of each undecodable training sample, and that of a good one of its class.
    private func replacements(_ undecodable: [Statistics.Undecodable]) throws -> [(index: Int, other: Int)] {
        let bad = Set(undecodable.map(\.index))
        return try undecodable.map(\.index).map { index in
            guard let other = Self.others(of: index, in: train).first(where: { !bad.contains($0) }) else {
                throw DatasetsError(
                    .badData,
                    "no training image of class \(classes[Int(train[index].label)]) in \(root) decodes; replace or "
                        + "remove the class")
            }
            return (index, other)
        }
    }

    /// Nil where there is nothing to say.
    private static func notice(
        _ undecodable: [Statistics.Undecodable], _ use: String, _ effect: String
    ) -> String? {
        guard let first = undecodable.first else { return nil }
        let others = undecodable.dropFirst().prefix(4).map { ", " + $0.path }.joined()
        return
            "\(undecodable.count) of the images \(use) cannot be decoded, and \(effect): \(first.path)\(others)"
            + (undecodable.count > 5 ? " and \(undecodable.count - 5) more" : "") + " (\(first.reason))"
    }

    /// The other samples of the same class: those after `index`, then those before.
    private static func others(of index: Int, in samples: [Sample]) -> some Sequence<Int> {
        let label = samples[index].label
        let start = samples[..<index].lastIndex { $0.label != label }.map { $0 + 1 } ?? 0
        let end = samples[index...].firstIndex { $0.label != label } ?? samples.count
        return [index + 1..<end, start..<index].joined()
    }

    private static func list(_ undecodable: [Statistics.Undecodable]) -> String {
        let lines = undecodable.prefix(20).map { "\n  \($0.path): \($0.reason)" }
        return lines.joined() + (undecodable.count > 20 ? "\n  and \(undecodable.count - 20) more" : "")
    }
}
