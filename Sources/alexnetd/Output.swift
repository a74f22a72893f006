// Standard output of commands that people watch: how wide it is, and whether anybody still reads.

import ArgumentParser
import Foundation
import Glibc
import SystemPackage

enum Output {
    static let isTerminal = isatty(STDOUT_FILENO) == 1

    /// Nil where it is no terminal, or one that does not say.
    static var size: (columns: Int, rows: Int)? {
        var size = winsize()
        guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
        else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// - Throws: what ends the command: success when nobody reads any more (`| head`); 74 where it cannot be written, which
    ///   is said.
    static func write(_ bytes: some Sequence<UInt8>) throws(ArgumentParser.ExitCode) {
        do {
            try FileDescriptor.standardOutput.writeAll(bytes)
        } catch Errno.brokenPipe {
            throw .success
        } catch {
            note("cannot write to stdout: \(error)")
            throw ArgumentParser.ExitCode(74)  // EX_IOERR of sysexits.h
        }
    }

    static func write(_ text: String) throws(ArgumentParser.ExitCode) { try write(text.utf8) }

    /// - Returns: false as soon as nobody reads any more.
    static func rest(seconds: Double) -> Bool {
        var descriptor = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&descriptor, 1, Int32(seconds * 1000)) <= 0
    }

    /// A line for the person, on standard error.
    static func note(_ line: String) {
        FileHandle.standardError.write(Data("\(line.printable)\n".utf8))
    }
}

extension String {
    /// On one line, and without what a terminal would obey: names and messages may come from anybody.
    var printable: String {
        let isPlain = utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
        if isPlain { return self }
        var scalars = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where ["\n", "\t", "\r"].contains(scalar): scalars.append(" ")
            case .control, .format, .lineSeparator, .paragraphSeparator: scalars.append("?")
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// - Parameter width: at least 1.
    func cut(to width: Int) -> String {
        count <= width ? self : prefix(max(0, width - 1)) + "…"
    }
}
