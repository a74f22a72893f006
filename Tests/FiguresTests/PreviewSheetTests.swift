// The preview's grid: every picture in its place.

import Images
import Testing

@testable import Figures

@Suite struct PreviewSheetTests {
    private func plain(_ level: UInt8) -> Image {
        Image(width: 227, height: 227, pixels: Array(repeating: level, count: 227 * 227 * 3))
    }

    @Test func rowsAreSamplesAndColumnsEpochs() {
        let rows = (0..<3).map { (row: Int) -> PreviewSheet.Row in
            let views = [plain(UInt8(10 * row + 2)), plain(UInt8(10 * row + 3))]
            return PreviewSheet.Row(
                label: "cat", name: "train/cat/\(row).jpg", square: plain(UInt8(10 * row + 1)), views: views)
        }
        let image = PreviewSheet(title: "augment: [flip]", epochs: [1, 2], rows: rows).draw()
        let (line, pitch) = (Canvas.lineHeight + 2, 172)
        let head = 12 + 2 * line
        #expect(image.width == 12 + 3 * pitch)
        #expect(image.height == head + 3 * (pitch + line))
        for row in 0..<3 {
            let y = head + row * (pitch + line) + 80
            for column in 0..<3 {
                let x = 12 + column * pitch + 80
                #expect(image[x, y].red == UInt8(10 * row + 1 + column))
            }
        }
    }

    @Test func textsOfAnyLengthAreCut() {
        let long = String(repeating: "a very long name ", count: 40)
        let row = PreviewSheet.Row(label: long, name: long, square: plain(3), views: [plain(4)])
        #expect(PreviewSheet(title: long, epochs: [1], rows: [row]).draw().width == 12 + 2 * 172)
        #expect(PreviewSheet(title: "", epochs: [], rows: []).draw() == Canvas.notice("no samples"))
    }
}
