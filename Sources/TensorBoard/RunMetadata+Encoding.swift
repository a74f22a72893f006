// Run metadata to its bytes (proto/step_stats.proto), through protobuf-c.

internal import CTensorBoardProto

extension RunMetadata {
    package func encoded() -> [UInt8] {
        var arena = MessageArena()
        let device = arena.message(tensorboard__device_step_stats__init)
        let operations = arena.pointers(to: Tensorboard__NodeExecStats.self, self.operations.count)
        for (index, operation) in self.operations.enumerated() {
            operations[index] = arena.operation(operation)
        }
        device.pointee.device = arena.string(self.device)
        device.pointee.n_node_stats = self.operations.count
        device.pointee.node_stats = operations
        let steps = arena.message(tensorboard__step_stats__init)
        steps.pointee.n_dev_stats = 1
        steps.pointee.dev_stats = arena.array([device])
        let message = arena.message(tensorboard__run_metadata__init)
        message.pointee.step_stats = steps
        return arena.packed(message)
    }
}

extension MessageArena {
    fileprivate mutating func operation(
        _ operation: RunMetadata.Operation
    ) -> UnsafeMutablePointer<Tensorboard__NodeExecStats> {
        let memory = message(tensorboard__allocator_memory_used__init)
        memory.pointee.total_bytes = Int64(operation.bytes)
        memory.pointee.peak_bytes = Int64(operation.bytes)
        let outputs = pointers(to: Tensorboard__NodeOutput.self, operation.outputs.count)
        for (index, shape) in operation.outputs.enumerated() {
            let description = message(tensorboard__tensor_description__init)
            description.pointee.dtype = TENSORBOARD__DATA_TYPE__DT_FLOAT
            description.pointee.shape = self.shape(shape)
            let output = message(tensorboard__node_output__init)
            output.pointee.slot = Int32(index)
            output.pointee.tensor_description = description
            outputs[index] = output
        }
        let message = message(tensorboard__node_exec_stats__init)
        message.pointee.node_name = string(operation.node)
        message.pointee.all_start_micros = Int64(operation.start)
        // The page takes a node without a duration for one that was not measured.
        message.pointee.all_end_rel_micros = Int64(max(1, operation.duration))
        message.pointee.op_end_rel_micros = message.pointee.all_end_rel_micros
        message.pointee.n_memory = 1
        message.pointee.memory = array([memory])
        message.pointee.n_output = operation.outputs.count
        message.pointee.output = outputs
        return message
    }
}
