// categories.csv in prepared records: the classes in the order of their labels. `index` is what a network's outputs are
// counted by, from 0; a record's image/class/label is one more.

package import CSV

package struct Categories: Hashable, Sendable {
    package struct Category: Hashable, Sendable {
        package let name: String
        /// For people; "kit fox, Vulpes macrotis" where the class is n02119789. Often the name itself.
        package let text: String

        package init(name: String, text: String) { (self.name, self.text) = (name, text) }
    }

    package let all: [Category]

    package init(_ all: [Category]) { self.all = all }

    package var labels: [String: Int32] {
        Dictionary(zip(all.map(\.name), 0...), uniquingKeysWith: { first, _ in first })
    }

    package func encoded() -> [UInt8] {
        var csv = CSVWriter("index", "class", "text")
        for (index, category) in all.enumerated() { csv.append(["\(index)", category.name, category.text]) }
        return csv.bytes
    }

    package init(_ bytes: [UInt8]) throws(CSVError) {
        var csv = CSVReader(bytes)
        guard let first = try csv.next(), first.fields == ["index", "class", "text"] else {
            throw CSVError(line: 1, problem: "the columns are not index, class, text")
        }
        var all: [Category] = []
        var names: Set<String> = []
        while let row = try csv.next() {
            guard row.fields[0] == "\(all.count)", names.insert(row.fields[1]).inserted else {
                throw CSVError(line: row.line, problem: "class \(all.count) is expected here, each name once")
            }
            all.append(Category(name: row.fields[1], text: row.fields[2]))
        }
        self.all = all
    }
}
