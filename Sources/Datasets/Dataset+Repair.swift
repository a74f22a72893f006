// A file that does not decode gives its place to the next good one of its class, the same in every attempt: what is bad is
// known from the scan. Many bad files mean that the data set is damaged, and are an error.

extension Dataset {
    /// This data set with each undecodable sample replaced by the next of its class, in file order and cyclic.
    ///
    /// - Throws: `DatasetsError` of code `badData`: more than 1 % of a split, or the whole of a class, does not decode.
    package func repaired(by statistics: Statistics) throws -> Dataset {
        Dataset(
            name: name, root: root, classes: classes,
            train: try repaired(train, statistics.undecodableTrain, "training"),
            validation: try repaired(validation, statistics.undecodableValidation, "validation"),
            test: test, shards: shards, statistics: self.statistics, notices: notices,
            fingerprint: fingerprint)
    }

    private func repaired(
        _ samples: [Sample], _ undecodable: [Statistics.Undecodable], _ kind: String
    ) throws -> [Sample] {
        guard undecodable.count * 100 <= samples.count else {
            throw DatasetsError(
                .badData,
                "\(undecodable.count) of \(samples.count) \(kind) images in \(root) do not decode (at most 1 % may); "
                    + "replace or remove them:\(Self.list(undecodable))")
        }
        let bad = Set(undecodable.map(\.index))
        var repaired = samples
        for index in bad {
            guard let replacement = Self.others(of: index, in: samples).first(where: { !bad.contains($0) })
            else {
                throw DatasetsError(
                    .badData,
                    "no \(kind) image of class \(classes[Int(samples[index].label)]) in \(root) decodes; replace or "
                        + "remove the class")
            }
            repaired[index] = samples[replacement]
        }
        return repaired
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
