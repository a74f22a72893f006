// The names under which an image stands in a tf.Example: those of TensorFlow's ImageNet scripts
// (models/research/inception/inception/data/build_imagenet_data.py), which every reader of such files knows.

package enum ExampleKey {
    package static let channels: StaticString = "image/channels"
    /// From 1: 0 was for background.
    package static let label: StaticString = "image/class/label"
    package static let synset: StaticString = "image/class/synset"
    package static let text: StaticString = "image/class/text"
    package static let colorspace: StaticString = "image/colorspace"
    package static let encoded: StaticString = "image/encoded"
    package static let filename: StaticString = "image/filename"
    package static let format: StaticString = "image/format"
    package static let height: StaticString = "image/height"
    package static let width: StaticString = "image/width"

    /// The format of bare pixels; TensorFlow's scripts know "JPEG" and "PNG" only.
    package static let raw = "RAW"
}
