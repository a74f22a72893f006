// What a finished shard holds, kept beside it until all are: whoever goes on after a kill needs not read it.

internal import Datasets

struct ShardResult: Codable, Sendable {
    let file: RecordManifest.File
    /// Of each record, in order: the image's place in the listing, where it begins, and how long its data are.
    private(set) var images: [Int] = []
    private(set) var offsets: [Int64] = []
    private(set) var sizes: [Int64] = []
    private(set) var omissions: [Listing.Omission] = []
    /// Counts by what was done.
    private(set) var repairs: [String: Int] = [:]
    private(set) var sums = ColorSums()

    /// What is known while the shard is being written.
    struct Contents {
        private var images: [Int] = []
        private var offsets: [Int64] = []
        private var sizes: [Int64] = []
        private var omissions: [Listing.Omission] = []
        private var repairs: [String: Int] = [:]
        private var sums = ColorSums()

        mutating func add(
            _ image: Int, offset: Int64, size: Int64, _ repairs: [PreparedImage.Repair], _ sums: ColorSums
        ) {
            images.append(image)
            offsets.append(offset)
            sizes.append(size)
            self.sums += sums
            for repair in repairs { self.repairs[repair.rawValue, default: 0] += 1 }
        }

        mutating func leaveOut(_ omission: Listing.Omission) { omissions.append(omission) }

        func result(_ file: RecordManifest.File) -> ShardResult {
            var result = ShardResult(file: file)
            (result.images, result.offsets, result.sizes) = (images, offsets, sizes)
            (result.omissions, result.repairs, result.sums) = (omissions, repairs, sums)
            return result
        }
    }

    private init(file: RecordManifest.File) { self.file = file }

    /// False for what no shard of these images can have given.
    func fits(_ shard: ShardPlan.Shard) -> Bool {
        file.name == shard.name && offsets.count == images.count && sizes.count == images.count
            && images.count + omissions.count == shard.images.count && Set(images).isSubset(of: shard.images)
    }
}
