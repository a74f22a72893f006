// Everything that computing on a GPU here needs, each with what was found or what is missing: for a report, which is not to
// end at the first thing that is amiss.

package struct CUDASurvey: Sendable {
    package struct Part: Sendable {
        package let name: String
        package let found: FoundLibrary?
        /// In place of it.
        package let problem: String?

        fileprivate init<Table>(_ name: String, _ result: Result<Loaded<Table>, CUDAError>) {
            self.name = name
            switch result {
            case .success(let loaded): (found, problem) = (loaded.found, nil)
            case .failure(let error): (found, problem) = (nil, error.message)
            }
        }
    }

    /// The driver, cuBLASLt, NVRTC and cuDNN.
    package let parts: [Part]
    package let devices: [DeviceDescription]
    /// Why no GPU can be used; nil where at least one can.
    package let problem: String?

    package init(_ search: LibrarySearch = LibrarySearch()) {
        let driver = Result { () throws(CUDAError) in try Loaded.driver(search) }
        let devices = driver.flatMap { driver in
            Result { () throws(CUDAError) in try DeviceList(driver.table) }
        }
        let newest = (try? driver.get().major) ?? ToolkitLibraries.majors[0]
        let toolkit = ToolkitLibraries(search, newest: newest)
        parts = [
            Part("driver", driver), Part("cuBLASLt", toolkit.blas), Part("NVRTC", toolkit.compiler),
            Part("cuDNN", toolkit.networks),
        ]
        self.devices = (try? devices.get().all) ?? []
        do {
            _ = try devices.get()
            try CUDALibraries.refuseOldDriver(try driver.get(), toolkit, search)
            problem = parts.lazy.compactMap(\.problem).first
        } catch {
            problem = error.message
        }
    }
}
