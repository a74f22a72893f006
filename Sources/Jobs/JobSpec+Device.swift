// What a job runs on and how precisely, of what the machine has.
//
// `auto` is a GPU where one can be used, else the CPU; bf16 on a GPU that has it, else fp32. It is decided once per run:
// another device or precision would no longer be bit for bit the same run.

extension JobSpec {
    /// What a command may compute on that is about no job.
    /// - Throws: `unsupported`, with what is missing.
    package static func planned(
        device: Device, _ precision: Precision, on machine: @escaping () -> Machine
    ) throws(JobError) -> (device: Plan.Device, precision: Plan.Precision) {
        var spec = JobSpec(dataset: "/", file: "")
        (spec.device, spec.precision) = (device, precision)
        return try spec.plannedDevice(on: machine, earlier: nil)
    }

    /// - Parameters: as of `plan`.
    /// - Throws: `unsupported`, with what is missing.
    func plannedDevice(
        on machine: (() -> Machine)?, earlier: Plan?
    ) throws(JobError) -> (device: Plan.Device, precision: Plan.Precision) {
        var device = device ?? .auto
        if device == .auto, let earlier { device = Device(earlier.device) }
        guard let machine else { return (device.planned, plannedPrecision ?? .fp32) }
        if device == .cpu { return (.cpu, try precisionOnCPU(machine)) }
        let here = machine()
        if device == .auto {
            device = here.gpus.isEmpty && here.given == nil ? .cpu : .cuda(nil)
            if device == .cpu { return (.cpu, try precisionOnCPU { here }) }
        }
        guard case .cuda(let which) = device else { return (.cpu, try precisionOnCPU { here }) }
        let candidates = here.gpus(which)
        let hasBegun = earlier.map { $0.device != .cpu } ?? false
        // A GPU that has gone in the middle of a run, or since it was given to this process, may come back: to find that out is
        // the engine's.
        guard !candidates.isEmpty || hasBegun || here.given != nil else {
            throw refusal(of: .cuda(which), here)
        }
        if precision ?? .auto == .auto, hasBegun, let earlier { return (.cuda(which), earlier.precision) }
        return (.cuda(which), try precision(on: candidates))
    }

    /// Nil where it is left to us.
    private var plannedPrecision: Plan.Precision? {
        switch precision ?? .auto {
        case .auto: nil
        case .fp32: .fp32
        case .tf32: .tf32
        case .bf16: .bf16
        }
    }

    private func precisionOnCPU(_ machine: () -> Machine) throws(JobError) -> Plan.Precision {
        let precision = plannedPrecision ?? .fp32
        guard precision != .tf32 else {
            throw error(
                .unsupported, "precision",
                "\"tf32\" cannot be used: on the CPU there is only fp32, and bf16 where it has AVX512_BF16; write fp32, "
                    + "bf16 or auto")
        }
        guard precision != .bf16 || machine().multipliesBfloat16 else {
            throw error(
                .unsupported, "precision",
                "\"bf16\" cannot be used: it needs a CPU with AVX512_BF16 (Zen 4, Cooper Lake, Sapphire Rapids or later), "
                    + "or a GPU; write fp32 or auto")
        }
        return precision
    }

    private func precision(on gpus: [Machine.GPU]) throws(JobError) -> Plan.Precision {
        let older = gpus.first { !$0.hasShortFormats }
        guard let wanted = plannedPrecision else { return older == nil ? .bf16 : .fp32 }
        if wanted != .fp32, let older {
            throw error(
                .unsupported, "precision",
                "\"\(wanted.rawValue)\" cannot be used: it needs compute capability 8.0, and \(older.name) has "
                    + "\(older.capability); write fp32 or auto")
        }
        return wanted
    }

    private func refusal(of device: Plan.Device, _ machine: Machine) -> JobError {
        let problem =
            machine.problem
            ?? "there is no such GPU, or several whose uuid begins so; there is "
            + (machine.gpus.map { "cuda:\($0.index) \($0.uuid)" }.joined(separator: ", "))
        return error(
            .unsupported, "device", "\"\(device.name)\" cannot be used: \(problem); write cpu or auto")
    }
}

extension JobSpec.Device {
    /// - Parameter text: as a job file has it.
    /// - Throws: `wrongType`.
    package init(text: String) throws(JobError) { self = try JobValue(text, key: "device").device() }

    fileprivate init(_ device: Plan.Device) {
        switch device {
        case .cpu: self = .cpu
        case .cuda(let which): self = .cuda(which)
        }
    }

    /// On an unknown machine.
    fileprivate var planned: Plan.Device {
        switch self {
        case .auto, .cpu: .cpu
        case .cuda(let which): .cuda(which)
        }
    }
}
