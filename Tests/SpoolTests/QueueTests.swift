// The queue as a whole: the marks that hold it, and who comes before whom.

import Foundation
import Jobs
import Spool
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct QueueMarkTests {
    let temporary: TemporaryFolder
    let root: RootFolder

    init() throws {
        temporary = try TemporaryFolder()
        root = RootFolder(temporary.path)
        try JobFolder(root).createTree()
    }

    @Test(arguments: QueueMark.allCases) func aMarkIsMadeOnceAndRemovedOnce(_ mark: QueueMark) throws {
        #expect(try mark.make(in: root, "by fred"))
        #expect(QueueMark.current(in: root) == mark)
        #expect(try !mark.make(in: root, "by jim"), "the first one's stays")
        #expect(mark.text(in: root) == "by fred")
        #expect(try JobFolder(root).scan(.queued).isEmpty)
        #expect(try temporary.names("jobs").filter { $0.hasPrefix(".") } == [])
        #expect(try mark.remove(in: root))
        #expect(try !mark.remove(in: root))
        #expect(QueueMark.current(in: root) == nil)
    }

    @Test func theGroupMayReadIt() throws {
        _ = try QueueMark.paused.make(in: root, "by fred")
        #expect(try QueueMark.paused.path(in: root).stat().permissions.rawValue & 0o777 == 0o664)
    }

    /// Anybody may have made it, with anything in it.
    @Test(arguments: [("", nil), ("\n", nil), ("maintenance\nuntil noon", "maintenance")])
    func textsArePlain(_ text: String, _ expected: String?) throws {
        try temporary.write(text.utf8, to: "jobs/PAUSED")
        #expect(QueueMark.paused.text(in: root) == expected)
    }

    @Test func aStrangeMarkHoldsNobodyUp() throws {
        #expect(mkfifo(QueueMark.paused.path(in: root).string, 0o666) == 0)
        #expect(QueueMark.paused.text(in: root) == nil)
        #expect(QueueMark.current(in: root) == .paused)
        #expect(try QueueMark.paused.remove(in: root))
        #expect(mkdir(QueueMark.paused.path(in: root).string, 0o777) == 0)
        let error = #expect(throws: SpoolError.self) { try QueueMark.paused.remove(in: root) }
        #expect(error?.message.contains("PAUSED") == true)
    }
}

@Suite struct WaitingLineTests {
    func names(_ members: [WaitingLine.Member]) -> [String] { WaitingLine(members).members.map(\.name) }

    @Test func priorityThenBegunThenArrival() {
        let line = WaitingLine([
            .init("first", priority: 0, hasBegun: false), .init("low", priority: -1, hasBegun: true),
            .init("second", priority: 0, hasBegun: false), .init("running", priority: 0, hasBegun: true),
            .init("urgent", priority: 7, hasBegun: false),
        ])
        #expect(line.members.map(\.name) == ["urgent", "running", "first", "second", "low"])
        #expect(
            line.members.indices.map(line.outlook) == [
                "next", "behind urgent", "2 jobs before it", "3 jobs before it", "4 jobs before it",
            ])
    }

    @Test func arrivalDecidesAmongEquals() {
        let members = (0..<50).map { WaitingLine.Member("\($0)", priority: 0, hasBegun: false) }
        #expect(names(members) == members.map(\.name))
        #expect(WaitingLine([]).members == [])
    }
}
