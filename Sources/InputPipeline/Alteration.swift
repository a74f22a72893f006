// What is done to one sample's pixels that an engine cannot do, drawn: part of it becomes the whole, it is turned by
// quarters, its colours are changed; in this order, whatever the order in which a job lists them.

internal import Images
internal import Randomness

struct Alteration {
    let turn: Orientation
    let jitter: ColorJitter.Steps?
    let resizedCrop: ResizedCrop?
    /// Where the resized crop's numbers begin.
    private let random: Philox

    init(turn: Orientation, jitter: ColorJitter.Steps?, resizedCrop: ResizedCrop?, random: Philox) {
        (self.turn, self.jitter, self.resizedCrop, self.random) = (turn, jitter, resizedCrop, random)
    }

    /// The part of an image of this size that the network is to see; nil for the whole.
    func box(width: Int, height: Int) -> ResizedCrop.Box? {
        var random = random
        return resizedCrop?.box(width: width, height: height, &random)
    }
}
