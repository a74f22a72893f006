// What a network says of images, for people or as one JSON array; written as it comes.

import Foundation
import Training

struct ClassificationReport: ~Copyable {
    private struct Entry: Encodable {
        struct Prediction: Encodable {
            let `class`: String
            let index: Int
            let probability: Double
        }

        let image: String
        var predictions: [Prediction]?
        var error: String?
    }

    private let classes: [String]
    /// Predictions for each image.
    private let count: Int
    private let isJSON: Bool
    private var printout = Printout()
    private var refused: [Entry] = []
    private var hasEntries = false

    init(_ classes: [String], count: Int, isJSON: Bool) {
        (self.classes, self.count, self.isJSON) = (classes, count, isJSON)
    }

    var hasRefused: Bool { !refused.isEmpty }

    /// Says at once what is wrong with an image; in JSON its entry stands at the end.
    mutating func refuse(_ name: String, _ reason: String) {
        Output.note("\(name): \(reason)")
        refused.append(Entry(image: name, error: reason))
    }

    mutating func add(_ names: [String], _ probabilities: Probabilities) throws {
        for (image, name) in names.enumerated() {
            let predictions = probabilities.best(count, of: image).map {
                Entry.Prediction(class: classes[$0], index: $0, probability: probabilities[image, $0])
            }
            if isJSON {
                try write(Entry(image: name, predictions: predictions))
            } else {
                let lines = predictions.map {
                    String(format: "%7.2f %%  ", 100 * $0.probability) + $0.class.printable
                }
                try printout.write(([name.printable] + lines).map { $0 + "\n" }.joined())
            }
        }
        try printout.flush()
    }

    mutating func end() throws {
        if isJSON {
            for entry in refused { try write(entry) }
            try printout.write(hasEntries ? "\n]\n" : "[]\n")
        }
        try printout.flush()
    }

    private mutating func write(_ entry: Entry) throws {
        try printout.write((hasEntries ? ",\n " : "[\n ") + JSONText.of(entry))
        hasEntries = true
    }
}
