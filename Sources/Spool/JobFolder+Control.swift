// A person's hand on the job folder: what `alexnetd cancel`, `retry`, `pause`, `resume` and `submit` do, and `mv` and `cp`
// do as well. Takes no lock and needs no daemon.
//
// 1. A name that was typed is compared with what lies there; no path is ever made of it.
// 2. A job moves by one rename. Where somebody else was faster, the folders are looked at again.
// 3. A file that moves while the folders are read may be missed, or seen twice: that something cannot be done is believed
//    when two looks agree.

internal import Files
internal import Glibc
package import Jobs
package import SystemPackage

extension JobFolder {
    /// A job file as it was seen.
    package struct Sighting: Hashable, Sendable, CustomStringConvertible {
        package let place: Place
        package let fileName: String
        /// The run's name; of a file that cannot be a job, its whole name.
        package let stem: String
        /// When it was last moved or written, in nanoseconds since 1970.
        package let changed: Int64

        package init(_ fileName: String, in place: Place, changed: Int64 = 0) {
            (self.place, self.fileName, self.changed) = (place, fileName, changed)
            stem = (try? JobName(fileName: fileName).stem) ?? fileName
        }

        /// What a person may call it.
        package var names: [String] { [stem, fileName] }

        /// jobs/paused/NAME.yml
        package var description: String {
            place == .queued ? "jobs/\(fileName)" : "jobs/\(place.rawValue)/\(fileName)"
        }
    }

    package enum Outcome: Hashable, Sendable {
        /// From where it was seen. `others` are of the same run, and could be moved next.
        case moved(Sighting, others: [Sighting])
        case already(Sighting)
    }

    /// Readable and writable by the group, which the daemon's user and those who submit have in common.
    package static let permissions: FilePermissions = [
        .ownerReadWrite, .groupReadWrite, .otherRead,
    ]

    /// How often a file is looked for that others move at the same time.
    private static let mostLooks = 20

    /// Every job file, in the order in which jobs go through the places.
    /// - Throws: `folder` if one cannot be read; one that is missing is empty.
    package func sightings(in places: [Place] = Place.allCases) throws(SpoolError) -> [Sighting] {
        var found: [Sighting] = []
        for place in places where place == .queued || Entry(path(place)) != nil {
            if access(path(place).string, R_OK | X_OK) != 0, errno == EACCES {
                throw SpoolError(
                    .folder,
                    "the folder \(path(place)) may not be read by this user; join the group that owns it")
            }
            found += try scan(place).map { Sighting($0.fileName, in: place, changed: $0.identity.changed) }
        }
        return found
    }

    /// Does what is asked, or nothing.
    /// - Parameter name: a run's, or a job file's.
    /// - Throws: `refused` with what to do instead; `taken` if something has the file's name in its new place; `folder`.
    package func perform(_ control: JobControl, _ name: String) throws(SpoolError) -> Outcome {
        var last: JobControl.Decision?
        for _ in 0..<Self.mostLooks {
            let decision = control.decide(name, among: try sightings())
            switch decision {
            case .move(let file):
                guard try move(file, by: control) else { break }
                let others = try sightings(in: control.origins).filter { $0.stem == file.stem }
                return .moved(file, others: others)
            case .already(let file): if decision == last { return .already(file) }
            case .refuse(let reason): if decision == last { throw SpoolError(.refused, reason) }
            }
            last = decision
        }
        throw SpoolError(
            .vanished, "\"\(name)\" is being moved by others; see \"alexnetd jobs\" and try again")
    }

    /// - Returns: false if the file is no longer where it was seen.
    package func move(_ file: Sighting, by control: JobControl) throws(SpoolError) -> Bool {
        let (from, to) = (path(file.fileName, in: file.place), path(file.fileName, in: control.destination))
        do {
            if control.replaces { try from.rename(to: to) } else { try from.renameExclusive(to: to) }
        } catch Errno.noSuchFileOrDirectory {
            guard Entry(path(control.destination)) != nil else {
                throw SpoolError(
                    .folder, "there is no folder \(path(control.destination)); make it, or start the daemon")
            }
            return false
        } catch Errno.fileExists {
            throw taken(to)
        } catch {
            throw failure(from, to, error as? Errno ?? .ioError)
        }
        try sync(file.place, control.destination)
        return true
    }

    /// Drops a job, whole, never onto another one.
    /// - Throws: `taken` if a job of that run waits, runs or is paused; `folder`.
    package func submit(_ bytes: [UInt8], as name: JobName) throws(SpoolError) {
        if let other = try sightings(in: Place.alive).first(where: { $0.stem == name.stem }) {
            throw SpoolError(
                .taken,
                "the run \"\(name.stem)\" is that of \(other), which \(other.place.verb); cancel that first, or give this job another name"
            )
        }
        let file = path(name.fileName, in: .queued)
        do {
            try file.create(with: bytes, permissions: Self.permissions)
        } catch Errno.fileExists {
            throw taken(file)
        } catch {
            throw SpoolError(
                .folder, "\(file) cannot be made; check space and permissions", cause: error)
        }
    }
}
