// A PNG decoder of Python's standard library alone: $PYTHON, or python3.

import Foundation

enum PythonPNG {
    static let isAvailable = (try? run("import zlib, struct", [])) != nil

    /// The file's pixels as red, green, blue.
    static func pixels(_ png: [UInt8]) throws -> [UInt8] {
        try run(script, png)
    }

    private static let script = """
        import struct, sys, zlib
        png = sys.stdin.buffer.read()
        assert png[:8] == b'\\x89PNG\\r\\n\\x1a\\n'
        at, data = 8, b''
        while at < len(png):
            length, kind = struct.unpack('>I4s', png[at:at + 8])
            body = png[at + 8:at + 8 + length]
            assert struct.unpack('>I', png[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + body)
            if kind == b'IHDR':
                width, height, depth, color, *rest = struct.unpack('>IIBBBBB', body)
                assert depth == 8 and color in (0, 2) and rest == [0, 0, 0]
            if kind == b'IDAT':
                data += body
            at += 12 + length
        assert kind == b'IEND'
        n = {0: 1, 2: 3}[color]
        raw, rows = zlib.decompress(data), [bytes(width * n)]
        assert len(raw) == height * (width * n + 1)
        for y in range(height):
            line = bytearray(raw[y * (width * n + 1):(y + 1) * (width * n + 1)])
            filter, line = line[0], line[1:]
            for i in range(width * n):
                a = line[i - n] if i >= n else 0
                b = rows[-1][i]
                c = rows[-1][i - n] if i >= n else 0
                near = min((a, b, c), key=lambda v: abs(a + b - c - v))
                line[i] = (line[i] + (0, a, b, (a + b) // 2, near)[filter]) & 255
            rows.append(bytes(line))
        pixels = b''.join(rows[1:])
        sys.stdout.buffer.write(pixels if n == 3 else bytes(v for v in pixels for _ in range(3)))
        """

    private struct Failure: Error {}

    private static func run(_ script: String, _ input: [UInt8]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [ProcessInfo.processInfo.environment["PYTHON"] ?? "python3", "-c", script]
        let (stdin, stdout) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (stdin, stdout)
        process.standardError = FileHandle.nullDevice
        try process.run()
        // The script reads all before it writes: neither side waits for the other.
        try stdin.fileHandleForWriting.write(contentsOf: Data(input))
        try stdin.fileHandleForWriting.close()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure() }
        return Array(output)
    }
}
