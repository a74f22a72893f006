import Foundation
import Systemd
import TemporaryFolders
import Testing

@Suite struct NotifyTests {
    @Test(arguments: [true, false]) func tellsTheSocket(_ isAbstract: Bool) throws {
        let receiver = try DatagramReceiver(isAbstract: isAbstract)
        #expect(Notify(environment: ["NOTIFY_SOCKET": receiver.name]).send("READY=1"))
        #expect(receiver.nextText() == "READY=1")
    }

    @Test(arguments: ["", "relative", "/no/such/socket", "/" + String(repeating: "x", count: 200), "@"])
    func isSilentWithoutOne(_ name: String) {
        #expect(!Notify(environment: ["NOTIFY_SOCKET": name]).send(.ready))
    }

    @Test func newsAreOneDatagram() throws {
        let receiver = try DatagramReceiver()
        let notify = Notify(environment: ["NOTIFY_SOCKET": receiver.name])
        #expect(notify.send(.ready, .status("net: epoch 3 of 9, 30 %")))
        #expect(receiver.nextText() == "READY=1\nSTATUS=net: epoch 3 of 9, 30 %")
        #expect(notify.send(.stopping, .extendTimeout(seconds: 1.5), .watchdog))
        #expect(receiver.nextText() == "STOPPING=1\nEXTEND_TIMEOUT_USEC=1500000\nWATCHDOG=1")
        #expect(receiver.next() == nil)
    }

    /// Else a job's message could say READY=1.
    @Test(arguments: ["a\nREADY=1", "a\r\nREADY=1", "a\rREADY=1", "a\u{2028}READY=1"])
    func aStatusIsOneLine(_ text: String) throws {
        let receiver = try DatagramReceiver()
        Notify(environment: ["NOTIFY_SOCKET": receiver.name]).send(.status(text))
        #expect(receiver.nextText() == "STATUS=a READY=1")
    }

    @Test func reloadingSaysWhen() throws {
        let receiver = try DatagramReceiver()
        let before = ProcessInfo.processInfo.systemUptime
        Notify(environment: ["NOTIFY_SOCKET": receiver.name]).send(.reloading)
        let text = try #require(receiver.nextText())
        let match = try #require(text.wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=([0-9]+)/))
        let time = try #require(Double(match.1)) / 1e6
        #expect((before - 1...ProcessInfo.processInfo.systemUptime + 1).contains(time))
    }

    @Test(arguments: [-1.0, .infinity, .nan, 1e300]) func anAbsurdTimeIsNoCrash(_ seconds: Double) throws {
        let receiver = try DatagramReceiver()
        Notify(environment: ["NOTIFY_SOCKET": receiver.name]).send(.extendTimeout(seconds: seconds))
        #expect(receiver.nextText()?.hasPrefix("EXTEND_TIMEOUT_USEC=") == true)
    }

    @Test func theWatchdogIsFedTwiceInItsTime() {
        func interval(_ environment: [String: String]) -> Double? {
            Notify(environment: environment).watchdogInterval
        }
        #expect(interval(["WATCHDOG_USEC": "30000000"]) == 15)
        #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"]) == 15)
        #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]) == nil, "another's")
        for none in ["0", "", "soon", "-5"] { #expect(interval(["WATCHDOG_USEC": none]) == nil) }
        #expect(interval([:]) == nil)
    }
}
