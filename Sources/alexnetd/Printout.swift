// Much text to stdout, in large pieces. Whoever reads it may go away (`| head`), which ends the program and is no error;
// a full disk is one.

import ArgumentParser
import Foundation
import SystemPackage

struct Printout: ~Copyable {
    private var pending: [UInt8] = []
    private static let piece = 1 << 16

    mutating func write(_ text: some StringProtocol) throws {
        pending += text.utf8
        if pending.count >= Self.piece { try flush() }
    }

    mutating func flush() throws {
        do {
            try FileDescriptor.standardOutput.writeAll(pending)
            pending.removeAll(keepingCapacity: true)
        } catch Errno.brokenPipe {
            throw ArgumentParser.ExitCode.success
        } catch {
            FileHandle.standardError.write(Data("cannot write to stdout: \(error)\n".utf8))
            throw ArgumentParser.ExitCode(74)  // EX_IOERR of sysexits.h
        }
    }
}
