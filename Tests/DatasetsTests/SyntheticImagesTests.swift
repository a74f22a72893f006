// The demo's images: always the same, and not to be told apart by colour.

import Datasets
import Foundation
import Images
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct SyntheticImagesTests {
    @Test func writesAnImageFolder() throws {
        let folder = try TemporaryFolder()
        let images = SyntheticImages(trainPerClass: 3, validationPerClass: 2, sides: 40...60)
        try images.write(to: folder.path)
        let dataset = try ImageFolder.open(folder.path)
        #expect(dataset.classes == SyntheticImages.allClasses.prefix(8).sorted())
        #expect((dataset.train.count, dataset.validation.count) == (24, 16))
        #expect(dataset.notices.isEmpty)
        let statistics = try Statistics.scan(dataset, threads: 2)
        #expect(statistics.undecodableTrain.isEmpty && statistics.undecodableValidation.isEmpty)

        let again = try TemporaryFolder()
        try images.write(to: again.path, threads: 1)
        for sample in dataset.train {
            #expect(
                FileManager.default.contentsEqual(
                    atPath: folder.path.appending(sample.path).string,
                    andPath: again.path.appending(sample.path).string))
        }
    }

    @Test func everyImageIsAnother() {
        let images = SyntheticImages(sides: 32...32)
        let drawn = (0..<8).flatMap { label in (0..<10).map { images.image(label: label, index: $0) } }
        #expect(Set(drawn).count == 80)
    }

    /// Class of the nearest mean: over colours alone it must be at chance, 12.5 %.
    @Test func coloursDoNotTell() {
        let images = SyntheticImages(sides: 64...80)
        func color(_ label: Int, _ index: Int) -> SIMD3<Double> {
            let image = images.image(label: label, index: index)
            var sum = SIMD3<Double>.zero
            for i in stride(from: 0, to: image.pixels.count, by: 3) {
                sum += SIMD3(
                    Double(image.pixels[i]), Double(image.pixels[i + 1]), Double(image.pixels[i + 2]))
            }
            return sum / Double(image.pixels.count / 3)
        }
        let means = (0..<8).map { label in (0..<80).reduce(SIMD3.zero) { $0 + color(label, $1) } / 80 }
        var right = 0
        for label in 0..<8 {
            for index in 80..<100 {
                let color = color(label, index)
                let nearest = (0..<8).min {
                    let (a, b) = (color - means[$0], color - means[$1])
                    return (a * a).sum() < (b * b).sum()
                }
                if nearest == label { right += 1 }
            }
        }
        #expect(right < 160 / 4, "\(right) of 160")
    }
}
