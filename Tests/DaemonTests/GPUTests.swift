// The supervisor with two GPUs, as a doctor of the tests tells of them: who gets which, and what becomes of one that fails.

import Daemon
import Foundation
import Jobs
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct GPUTests {
    let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    static let doctor = """
        echo '{"gpus": [
          {"index": 0, "name": "X", "uuid": "GPU-aaaa", "memory": 1, "capability": "9.0", "multiprocessors": 1},
          {"index": 1, "name": "X", "uuid": "GPU-bbbb", "memory": 1, "capability": "9.0", "multiprocessors": 1}]}'
        """
    /// Says where it is, and waits.
    static let script =
        "mkdir -p \"$3\"; echo \"$CUDA_VISIBLE_DEVICES $4 $5\" >> \"$3/seen\"; " + SupervisorTests.hold

    private func seen(_ served: ServedFolder, _ stem: String) -> [Substring] {
        served.text(served.root.run(stem).path.appending("seen")).split(separator: "\n")
    }

    @Test func eachJobHasAGPUOfItsOwnAndTheCPUIsFree() throws {
        let served = try ServedFolder(temporary, doctor: Self.doctor, script: Self.script)
        try served.move("one.yml", "dataset: /d\ndevice: cuda:1")
        try served.move("two.yml", "dataset: /d")
        try served.move("plain.yml", "dataset: /d\ndevice: cpu")
        try eventually("three work at once") {
            ["one", "two", "plain"].allSatisfy { !seen(served, $0).isEmpty }
        }
        #expect(seen(served, "one") == ["GPU-bbbb --gpu GPU-bbbb"])
        #expect(seen(served, "two") == ["GPU-aaaa --gpu GPU-aaaa"])
        #expect(seen(served, "plain") == ["  "])
        #expect(served.attempts("one")?.gpu == "GPU-bbbb")
        try served.move("more.yml")
        try temporary.write([], to: "go")
        try eventually("all are done") { served.has("more.yml", .done) && served.has("plain.yml", .done) }
        try served.end()
    }

    @Test func aJobForAGPUThatIsNotThereIsRefused() throws {
        let served = try ServedFolder(
            temporary, doctor: "echo '{\"gpus\": [], \"gpu_problem\": \"there is no driver\"}'",
            script: "true")
        try served.move("a.yml", "dataset: /d\ndevice: cuda")
        try served.move("b.yml", "dataset: /d")
        try eventually("one fails, one runs") { served.has("a.yml", .failed) && served.has("b.yml", .done) }
        #expect(served.text(served.folder.errorText(stem: "a")).contains("there is no driver"))
        try served.end()
    }

    @Test(arguments: ["exit 3", "echo nonsense"]) func aDoctorThatFailsLeavesTheCPU(doctor: String) throws {
        let served = try ServedFolder(temporary, doctor: doctor, script: "true")
        try served.move("a.yml")
        try eventually("it is done on the CPU") { served.has("a.yml", .done) }
        try served.end()
    }

    @Test func aGPUThatFailsIsTakenOutOfServiceAndItsJobGoesElsewhere() throws {
        let status = #"{"attempt":1,"device_fault":true,"state":"failed","updated":"'"$(date -u +%FT%TZ)"'"}"#
        let served = try ServedFolder(
            temporary, doctor: Self.doctor,
            script: """
                mkdir -p "$3"; echo $CUDA_VISIBLE_DEVICES >> "$3/seen"
                [ $CUDA_VISIBLE_DEVICES = GPU-bbbb ] && exit 0
                mkdir -p "$3/checkpoints/step-000000$(wc -l < "$3/seen")"
                echo '\(status)' > "$3/status.json"; exit 70
                """)
        try served.move("a.yml", "dataset: /d\ndevice: cuda")
        try eventually("it is done on the other") { served.has("a.yml", .done) }
        #expect(seen(served, "a") == ["GPU-aaaa", "GPU-aaaa", "GPU-aaaa", "GPU-bbbb"])
        #expect(served.text(served.root.gpusOut).contains("GPU-aaaa"))
        served.reload()
        try eventually("it is tried again") { served.text(served.root.gpusOut).isEmpty }
        try served.end()
    }

    @Test func jobsForAGPUOutOfServiceAreNamed() throws {
        let status = #"{"attempt":1,"device_fault":true,"state":"failed","updated":"'"$(date -u +%FT%TZ)"'"}"#
        let served = try ServedFolder(
            temporary, doctor: Self.doctor,
            script: """
                mkdir -p "$3"; echo $CUDA_VISIBLE_DEVICES >> "$3/seen"; [ -e "$2/go" ] && exit 0
                mkdir -p "$3/checkpoints/step-000000$(wc -l < "$3/seen")"
                echo '\(status)' > "$3/status.json"; exit 70
                """)
        try served.move("a.yml", "dataset: /d\ndevice: cuda:0")
        try eventually("its GPU is out of service") { !served.text(served.root.gpusOut).isEmpty }
        try served.move("b.yml", "dataset: /d\ndevice: cuda:0")
        try eventually("both are named") {
            let lines = served.text(served.root.stranded).split(separator: "\n")
            return lines.count == 2 && lines[0].hasPrefix("a.yml: waits for its GPU: out of service")
                && lines[1].hasPrefix("b.yml: waits for its GPU: out of service")
        }
        try temporary.write([], to: "go")
        served.reload()
        try eventually("both are done") { served.has("a.yml", .done) && served.has("b.yml", .done) }
        try eventually("nobody waits any more") { served.text(served.root.stranded).isEmpty }
        try served.end()
    }
}
