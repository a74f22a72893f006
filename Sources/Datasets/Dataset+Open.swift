// A data set is what its folder holds: records that were prepared, or class folders.

package import SystemPackage

extension Dataset {
    /// Lists it. Nothing is decoded.
    ///
    /// - Parameter onFile: called for each file of class folders; what it throws ends the listing.
    /// - Throws: `DatasetsError` of code `invalid`, with the path and what to do; `badData` where prepared records are
    ///   damaged; `unreadable`.
    package static func open(_ root: FilePath, onFile: () throws -> Void = {}) throws -> Dataset {
        if let records = try RecordSet.open(root) { return records }
        return try ImageFolder.open(root, onFile: onFile)
    }

    /// To evaluate: of class folders the split alone will do, ROOT/SPLIT/CLASS/… or ROOT/CLASS/…
    ///
    /// - Throws: as `open`.
    package static func open(_ root: FilePath, toEvaluate split: Split) throws -> Dataset {
        if let records = try RecordSet.open(root) { return records }
        return try ImageFolder.open(root, only: split) ?? ImageFolder.open(root)
    }
}
