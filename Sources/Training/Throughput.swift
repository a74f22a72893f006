// Images per second and the share of the time spent waiting for data, since the last reset and smoothed for display.

struct Throughput {
    private var images = 0
    private var waited = 0.0
    private var begun = ContinuousClock.now
    private(set) var smoothed = 0.0
    private var last = ContinuousClock.now

    /// For a batch, before its step.
    mutating func waited(_ seconds: Double) { waited += seconds }

    /// Of steps that are done.
    mutating func add(images count: Int) {
        guard count > 0 else { return }
        images += count
        let now = ContinuousClock.now
        let elapsed = (now - last) / .seconds(1)
        last = now
        guard elapsed > 0 else { return }
        let rate = Double(count) / elapsed
        smoothed = smoothed == 0 ? rate : 0.9 * smoothed + 0.1 * rate
    }

    /// Since the last reset.
    var imagesPerSecond: Double { elapsed > 0 ? Double(images) / elapsed : 0 }
    var waitShare: Double { elapsed > 0 ? min(1, waited / elapsed) : 0 }

    /// Begins a new measurement, without what lies between (an evaluation).
    mutating func reset() {
        (images, waited) = (0, 0)
        (begun, last) = (.now, .now)
    }

    private var elapsed: Double { (ContinuousClock.now - begun) / .seconds(1) }
}
