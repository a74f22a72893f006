// How many crops of a picture a network is shown before it answers (Krizhevsky et al. 2012, section 4.1).

package import Compute

package enum Views: Int, Sendable, CaseIterable {
    /// The middle.
    case center = 1
    /// The four corners and the middle, and their mirrors.
    case ten = 10

    /// For a network that sees `crop` × `crop` pixels.
    package func draws(crop: Int) -> [Draw] {
        let center = Draw.center(crop: crop)
        if self == .center { return [center] }
        let last = Int32(Batch.side - crop)
        let corners = [(0, 0), (0, last), (last, 0), (last, last)].map { Draw(top: $0, left: $1) }
        let upright = corners + [center]
        return upright + upright.map { Draw(top: $0.top, left: $0.left, flip: true) }
    }
}
