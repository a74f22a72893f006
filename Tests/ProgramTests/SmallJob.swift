// A job of a second or two, any key of which a test may change.

struct SmallJob {
    private var keys: [String: String] = [
        "width": "0.03125", "batch_size": "4", "epochs": "3", "threads": "2",
        "checkpoint": "{every: 3 steps, keep: all}", "log": "{every: 2 steps, images: none}",
    ]

    init(dataset: String) { keys["dataset"] = dataset }

    /// A key's value as YAML has it; nil leaves it to its default.
    subscript(_ key: String) -> String? {
        get { keys[key] }
        set { keys[key] = newValue }
    }

    func with(_ key: String, _ value: String?) -> SmallJob {
        var job = self
        job[key] = value
        return job
    }

    var text: String {
        keys.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
    }
}
