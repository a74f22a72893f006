// Layers that a job names, held against those of its model.

internal import Networks

extension JobSpec {
    /// The rules of single layers, and the names of those that do not learn, both in the order of the network. What says
    /// nothing is left out.
    /// - Throws: `unknownKey` for a layer that the model has not; `wrongType` for one that is in both, or if none learns.
    func plannedLayers(of model: Model) throws(JobError) -> (rules: [Plan.LayerRule], frozen: [String]) {
        let network = AlexNet.network(model, classes: 2)
        let names = network.layers.filter { $0.parameterPrefix != nil }.map(\.name)
        let (rules, frozen) = (layers ?? [], frozen ?? [])
        for rule in rules where !names.contains(rule.layer) {
            throw error(
                .unknownKey, "layers.\(rule.layer)", Self.unknownLayer(rule.layer, of: model, names))
        }
        for name in frozen where !names.contains(name) {
            throw error(.unknownKey, "freeze", "\"\(name)\" " + Self.unknownLayer(name, of: model, names))
        }
        if let both = rules.first(where: { frozen.contains($0.layer) })?.layer {
            throw error(
                .wrongType, "layers.\(both)", "\(both) is frozen too; leave it out of layers or of freeze")
        }
        guard frozen.count < names.count else {
            throw error(
                .wrongType, "freeze", "nothing would learn; leave out at least \(names.last ?? "one")")
        }
        return (
            names.compactMap { name in rules.first { $0.layer == name && $0 != Plan.LayerRule(name) } },
            names.filter(frozen.contains)
        )
    }

    private static func unknownLayer(_ name: String, of model: Model, _ names: [String]) -> String {
        let nearest = nearestWord(to: name, among: names).map { "did you mean \($0)? " } ?? ""
        return "is no layer that learns; \(nearest)\(model.rawValue) has \(listed(names))"
    }
}
