// Memory of the host that others have allocated, pinned where it lies: the device copies from and to it by itself.

internal import CCUDA

final class HostPins {
    private struct Place {
        /// Kept, so that its memory is there as long as it is pinned.
        let owner: AnyObject
        let pointer: UnsafeMutableRawPointer
        let isPinned: Bool
    }

    private let device: Device
    private var places: [Place] = []

    init(_ device: Device) { self.device = device }

    deinit {
        for place in places where place.isPinned { _ = device.driver.host_unregister(place.pointer) }
    }

    /// Once for each owner. Containers may limit it, systems may not have it, and another engine may have done it: unpinned
    /// memory is slower to copy, and nothing else. A device that has failed says so again soon.
    func pin(_ owner: AnyObject, _ pointer: UnsafeMutableRawPointer, bytes: Int) {
        guard !places.contains(where: { $0.owner === owner }) else { return }
        let result = device.driver.host_register(pointer, bytes, UInt32(CUDA_HOST_PORTABLE))
        places.append(Place(owner: owner, pointer: pointer, isPinned: result == 0))
    }
}
