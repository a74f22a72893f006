// Who holds the queue, for those who wonder why nothing starts.

import Foundation
import Glibc

enum Author {
    /// "by fred on gpu1, 2025-06-01 14:03 +0200"
    static var text: String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyy-MM-dd HH:mm xx"
        return "by \(user) on \(host), \(format.string(from: Date()))"
    }

    private static var user: String {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else {
            return "user \(getuid())"
        }
        return String(cString: name)
    }

    /// As the kernel has it; Foundation would ask a name server.
    private static var host: String {
        var name = [CChar](repeating: 0, count: Int(HOST_NAME_MAX) + 1)
        guard gethostname(&name, name.count) == 0 else { return "this machine" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
