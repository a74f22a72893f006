// Training samples as the network sees them: cropped, mirrored, in shifted colours, each with its class under it. It
// shows at a glance what augmentation does and whether labels and pictures belong together.

package import Images

package struct SampleSheet: Sendable {
    package struct Sample: Sendable {
        /// Before augmentation, as the data set has it.
        package var picture: Image
        /// The top left corner of the crop, and its side.
        package var top: Int
        package var left: Int
        package var crop: Int
        /// Mirrored left to right, after the crop.
        package var flip: Bool
        /// Added to every pixel's red, green and blue, on the 0–255 scale.
        package var color: SIMD3<Float>
        /// The name of its class.
        package var label: String

        package init(
            picture: Image, top: Int, left: Int, crop: Int, flip: Bool, color: SIMD3<Float>, label: String
        ) {
            precondition(
                crop > 0 && top >= 0 && left >= 0 && top + crop <= picture.height
                    && left + crop <= picture.width,
                "the crop lies in the picture")
            (self.picture, self.top, self.left, self.crop) = (picture, top, left, crop)
            (self.flip, self.color, self.label) = (flip, color, label)
        }

        /// What the network is given, but for the mean that it subtracts; levels beyond 0 and 255 are cut to them.
        package var view: Image {
            var view = Image(width: crop, height: crop, pixels: Array(repeating: 0, count: crop * crop * 3))
            for y in 0..<crop {
                for x in 0..<crop {
                    let source = picture[left + (flip ? crop - 1 - x : x), top + y]
                    view[x, y] = Color(
                        UInt8(level: Float(source.red) + color.x),
                        UInt8(level: Float(source.green) + color.y),
                        UInt8(level: Float(source.blue) + color.z))
                }
            }
            return view
        }
    }

    /// As many as are drawn, in 4 columns: the picture is 700 pixels wide and at most 804 high.
    package static let capacity = 16

    package var samples: [Sample]

    package init(_ samples: [Sample]) { self.samples = samples }

    /// The first `capacity` samples.
    package func draw() -> Image {
        if samples.isEmpty { return Canvas.notice("no samples") }
        let cells = samples.prefix(Self.capacity).map { sample in
            PictureSheet.Cell(picture: sample.view, captions: [.init(text: sample.label)])
        }
        return PictureSheet(columns: 4, cells: cells).draw()
    }
}
