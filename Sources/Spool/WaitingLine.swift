// Who comes before whom, as a person sees it from outside: the daemon's order, worked out from the folders alone. Pure.

package struct WaitingLine: Sendable {
    package struct Member: Hashable, Sendable {
        package let name: String
        package let priority: Int
        /// Lies in running/: goes before what waits with its priority.
        package let hasBegun: Bool

        package init(_ name: String, priority: Int, hasBegun: Bool) {
            (self.name, self.priority, self.hasBegun) = (name, priority, hasBegun)
        }
    }

    /// The first one has its turn, or will have it next.
    package let members: [Member]

    /// - Parameter arrivals: in the order of arrival; of each name one.
    package init(_ arrivals: [Member]) {
        func precedes(_ a: (offset: Int, element: Member), _ b: (offset: Int, element: Member)) -> Bool {
            if a.element.priority != b.element.priority { return a.element.priority > b.element.priority }
            if a.element.hasBegun != b.element.hasBegun { return a.element.hasBegun }
            return a.offset < b.offset
        }
        members = arrivals.enumerated().sorted(by: precedes).map(\.element)
    }

    /// "next", "behind caltech", "2 jobs before it".
    /// - Parameter index: of a member.
    package func outlook(_ index: Int) -> String {
        switch index {
        case 0: "next"
        case 1: "behind \(members[0].name)"
        default: "\(index) jobs before it"
        }
    }
}
