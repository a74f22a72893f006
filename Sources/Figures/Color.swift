// The figures' colours: 8-bit red, green and blue, as in an `Image`.

struct Color: Hashable, Sendable {
    var red: UInt8
    var green: UInt8
    var blue: UInt8

    init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        (self.red, self.green, self.blue) = (red, green, blue)
    }

    /// 0xRRGGBB.
    init(_ hex: UInt32) {
        self.init(
            UInt8(truncatingIfNeeded: hex >> 16), UInt8(truncatingIfNeeded: hex >> 8),
            UInt8(truncatingIfNeeded: hex))
    }

    /// Behind everything that has text.
    static let paper = Color(0xffffff)
    static let ink = Color(0x202124)
    /// What is said beside the matter.
    static let faintInk = Color(0x6b7075)
    /// What is wrong.
    static let red = Color(0xc5221f)
    /// A place without data.
    static let empty = Color(0xe4e6e8)
    /// Halfway: a weight of zero.
    static let grey = Color(0x808080)
    /// A number that is none. Magenta, which no filter of a sound net has over a whole weight.
    static let notFinite = Color(0xff00ff)

    /// Brightness to the eye, 0...255 (ITU-R BT.601's luma).
    var luma: Double { 0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue) }
}

extension UInt8 {
    /// The nearest level; 0 for what is not a number.
    init(level: Float) {
        self = level > 0 ? UInt8(Swift.min(level, 255).rounded()) : 0
    }
}
