// Weights between their canonical form and the device's, masters to elements, and activations from one number of towers
// to another.

// canonical: [outputs][inputs][rows][columns]. narrow: whether the device's numbers are elements.
KERNEL weight_to_canonical(const void *__restrict__ device, int narrow, device_weight w, float *__restrict__ canonical) {
    const long count = device_count(w);
    for (long i = thread_index(); i < count; i += thread_count()) {
        const long to = canonical_index(w, (u32)i);
        if (to >= 0) canonical[to] = narrow ? wide(((const element *)device)[i]) : ((const float *)device)[i];
    }
}

// All of the device's numbers are written.
KERNEL weight_from_canonical(const float *__restrict__ canonical, device_weight w, float *__restrict__ device) {
    const long count = device_count(w);
    for (long i = thread_index(); i < count; i += thread_count()) {
        const long from = canonical_index(w, (u32)i);
        device[i] = from >= 0 ? canonical[from] : 0;
    }
}

// What is no real weight has a gradient all the same: taps that space to depth has added see real pixels.
KERNEL weight_clear_padding(element *__restrict__ gradient, device_weight w) {
    const long count = device_count(w);
    for (long i = thread_index(); i < count; i += thread_count())
        if (canonical_index(w, (u32)i) < 0) put(gradient + i, 0);
}

// count: a multiple of 8.
KERNEL narrow_weights(const float *__restrict__ weights, element *__restrict__ copy, long count) {
    for (long i = thread_index() * 8; i < count; i += thread_count() * 8) store8(copy + i, load8(weights + i));
}

// The same layer in other towers. Grid: of y's tensor, as group_at has it.
KERNEL regroup(const element *__restrict__ x, device_tensor from, element *__restrict__ y, device_tensor to) {
    const u32 total = groups_of_image(to);
    for (u32 i = (u32)thread_index(); i < total; i += (u32)thread_count()) {
        const pixel_group group = group_at(to, i);
        store8(y + group.place, load_channels(x, from, place_of(from, 0, blockIdx.y, group.row, group.column),
                                              blockIdx.z * to.channels + group.channel,
                                              real_channels(to, group.channel)));
    }
}
