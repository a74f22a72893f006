// Host and device read the same structs: a field that moves would be read as another.

import CCUDA
import Testing

@Suite struct DeviceTypesTests {
    @Test func structsHaveNoHolesThatADeviceCompilerCouldFillOtherwise() {
        #expect(MemoryLayout<device_tensor>.size == 24)
        #expect(MemoryLayout<device_weight>.size == 40)
        #expect(MemoryLayout<device_draw>.size == 32)
        #expect(MemoryLayout<device_normalization>.size == 24)
        #expect(MemoryLayout<device_rule>.size == 20)
        #expect(MemoryLayout<device_range>.size == 8)
        #expect(MemoryLayout<device_step>.size == 48)
        #expect(MemoryLayout<device_result>.size == 16)
        #expect(MemoryLayout<device_parameter>.size == 80)
        #expect(MemoryLayout<device_moments>.size == 24)
    }
}
