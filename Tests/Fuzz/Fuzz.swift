// libFuzzer's door to the targets; it is built with ALEXNETD_FUZZ=1 only (Tests/FuzzTests/README.md).

import Foundation
import FuzzTargets
import SystemPackage

private let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["FUZZ"] ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        fatalError("FUZZ is one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return target
}()

private let scratch: FilePath = {
    let folder = FilePath("/dev/shm/alexnetd-fuzz-\(ProcessInfo.processInfo.processIdentifier)")
    try! FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    return folder
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target.run(Array(UnsafeBufferPointer(start: bytes, count: count)), scratch: scratch)
    return 0
}
