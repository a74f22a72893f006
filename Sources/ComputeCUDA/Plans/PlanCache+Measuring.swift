// From a family of plans to the one that is used: the pinned one if it still works, else the fastest of a few.

internal import CCUDA

/// Where plans are tried. The operands' numbers are overwritten; ordinary ones before, not all zero, make the times true.
struct PlanScratch {
    let stream: Stream
    let operands: Operands
    /// Where so many bytes are.
    let workspace: (Int) throws -> cuda_address
}

extension PlanCache {
    /// The plan has run once, so that it may be captured.
    /// - Throws: `CUDAError` where no plan works, the device fails, or the file cannot be kept.
    func plan<Family: PlanFamily>(_ family: Family, _ scratch: PlanScratch) throws -> Family.Plan {
        let key = family.key
        let kept = try choice(key)
        if let kept, let plan = try working(family, kept, scratch) { return plan }
        let (plan, microseconds) = try fastest(family, scratch)
        let ours = String(plan.choice)
        let first = try keep(ours, microseconds: microseconds, for: key, insteadOf: kept)
        if first != ours, let plan = try working(family, first, scratch) { return plan }
        use(ours, for: key)
        return plan
    }

    /// - Returns: nil for a choice that the library does not know, or does not take any more.
    private func working<Family: PlanFamily>(
        _ family: Family, _ text: String, _ scratch: PlanScratch
    ) throws -> Family.Plan? {
        guard let choice = Family.Plan.Choice(text) else { return nil }
        do {
            let plan = try family.plan(choice)
            try plan.run(scratch.operands, workspace: scratch.workspace(plan.workspace), on: scratch.stream)
            try scratch.stream.synchronize()
            use(text, for: family.key)
            return plan
        } catch is CUDAError {
            // A failing device fails here too.
            try scratch.stream.synchronize()
            return nil
        }
    }

    // MARK: - Time

    /// Of up to 8; the heuristic's order where the times say nothing.
    private func fastest<Family: PlanFamily>(
        _ family: Family, _ scratch: PlanScratch
    ) throws -> (Family.Plan, microseconds: Double?) {
        let candidates = try family.candidates(atMost: 8)
        var best: (plan: Family.Plan, seconds: Double)?
        var refusal: CUDAError?
        for plan in candidates {
            do {
                let seconds = try Self.seconds(plan, scratch, below: best?.seconds)
                if best == nil || seconds < best!.seconds { best = (plan, seconds) }
            } catch let error as CUDAError {
                // A failing device fails here too; what one plan cannot, another may.
                try scratch.stream.synchronize()
                refusal = error
            }
        }
        guard let best else { throw refusal ?? CUDAError(.unavailable, "\(family.key): no plan") }
        return (best.plan, best.seconds * 1e6)
    }

    /// Of one run: the median of three series of 20 runs, or 20 ms where that is less, after three runs to warm up.
    /// - Parameter best: what is far above this is not measured more closely.
    private static func seconds(
        _ plan: some LibraryPlan, _ scratch: PlanScratch, below best: Double?
    ) throws -> Double {
        func series(_ runs: Int) throws -> Double {
            let (start, end) = (
                try Event(scratch.stream.device, measures: true),
                try Event(scratch.stream.device, measures: true)
            )
            let began = ContinuousClock.now
            try start.record(in: scratch.stream)
            for _ in 0..<runs {
                try plan.run(
                    scratch.operands, workspace: scratch.workspace(plan.workspace), on: scratch.stream)
            }
            try end.record(in: scratch.stream)
            try end.synchronize()
            let passed = (ContinuousClock.now - began) / .seconds(1)
            let measured = try end.seconds(since: start)
            // The device's own time leaves out the way there; a device without a clock gives nonsense.
            return (measured > 0 && measured <= passed ? measured : passed) / Double(runs)
        }
        _ = try series(3)
        let once = try series(1)
        if let best, once > 4 * best { return once }
        let runs = max(1, min(20, Int(0.02 / max(once, 1e-6))))
        return try (0..<3).map { _ in try series(runs) }.sorted()[1]
    }
}
