// What becomes of one image.

internal import Datasets

struct PreparedImage: Sendable {
    /// What was done so that it can be used; the raw values stand in the manifest.
    enum Repair: String, Sendable, CaseIterable {
        case grey = "grey, made RGB"
        case inks = "CMYK or YCCK, made RGB"
        case turned = "turned upright by its EXIF orientation"
        case png = "PNG, converted"
        case misnamed = "PNG under the name of a JPEG"
    }

    /// A JPEG file, or bare pixels.
    let bytes: [UInt8]
    let width: Int
    let height: Int
    let repairs: [Repair]
    /// Of the square that training sees of it.
    let sums: ColorSums
}
