// What there is one of in a run, or one of under each name: the first that is written stands, since readers keep the
// first that they see.

extension RunLog {
    /// The network's graph.
    package func graph(_ graph: NetworkGraph) {
        guard !history.hasGraph else { return }
        history.writeGraph()
        write(Event(wallTime: now(), step: 0, .graph(graph.encoded())))
    }

    /// What a step cost; the Graphs tab lists it by its tag.
    /// - Throws: `TensorBoardError.invalidPoint`.
    package func runMetadata(_ tag: String, _ metadata: RunMetadata, step: Int) throws {
        try Self.check(step, of: tag)
        try EventHistory.check(tag)
        guard !history.runMetadata.contains(tag) else { return }
        history.writeRunMetadata(tag)
        write(Event(wallTime: now(), step: step, .runMetadata(tag: tag, metadata.encoded())))
    }

    /// The charts of the CUSTOM SCALARS tab.
    package func layout(_ layout: Layout) {
        guard !history.hasLayout else { return }
        history.writeLayout()
        write(Summary.Value(Layout.tag, .layout(layout.encoded())), 0)
    }

    /// The run's row of the HPARAMS tab. A value that has changed since the first attempt (more epochs, say) is reported:
    /// the table keeps the first.
    package func hyperparameters(_ hparams: HParams) {
        if let written = history.hparams {
            let changes = hparams.changes(since: written)
            if !changes.isEmpty { report(.hyperparametersChanged(changes)) }
            return
        }
        history.write(hparams)
        write(Summary.Value(HParams.startTag, .hparams(hparams.encoded(startedAt: now()))), 0)
    }

    /// All epochs are done: the run's row says SUCCESS, and nothing can change that any more.
    package func succeeded() {
        guard !history.hasSucceeded else { return }
        history.writeSuccess()
        write(Summary.Value(HParams.endTag, .hparams(HParams.encodedSuccess(at: now()))), 0)
    }
}
