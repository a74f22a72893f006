// How one convolution is cut into tiles (CKernels/winograd.h), and how much memory that takes.

internal import CKernels

final class WinogradPlan {
    let pointer: UnsafeMutablePointer<winograd_plan>
    /// Floats of D, M and dUᵀ for the images that are taken together…
    let inCount: Int
    let outCount: Int
    let filterCount: Int
    /// …and words of V, of E in one form, and of U.
    let vCount: Int
    let eCount: Int
    let uCount: Int
    /// Floats of the transforms' scratch.
    let planeCount: Int

    /// - Parameter forGradients: of the backward pass, which may take other tiles.
    /// - Returns: nil for a shape that the algorithm does not serve.
    init?(_ shape: winograd_shape, paired: Int32, forGradients: Bool) {
        guard
            let plan = withUnsafePointer(
                to: shape, { winograd_plan_create($0, paired, forGradients ? 1 : 0) })
        else { return nil }
        pointer = plan
        (inCount, outCount) = (winograd_in_count(plan), winograd_out_count(plan))
        (filterCount, planeCount) = (winograd_filter_count(plan), winograd_plane_count(plan))
        (vCount, eCount) = (winograd_words(plan, inCount), winograd_words(plan, outCount))
        uCount = winograd_words(plan, filterCount)
    }

    deinit { winograd_plan_destroy(pointer) }

    /// Images taken together.
    var together: Int { Int(pointer.pointee.images) }
    var groups: Int { Int(pointer.pointee.shape.groups) }
    var points: Int { Int(pointer.pointee.points * pointer.pointee.points) }
    var isPaired: Bool { pointer.pointee.paired != 0 }

    var allPoints: winograd_range { .init(first: 0, end: Int32(points)) }
    var inChunks: winograd_range {
        .init(first: 0, end: pointer.pointee.shape.groups * pointer.pointee.in_chunks)
    }
    var outChunks: winograd_range {
        .init(first: 0, end: pointer.pointee.shape.groups * pointer.pointee.out_chunks)
    }
}
