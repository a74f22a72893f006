// What a finished shard holds, kept beside it until all are: whoever goes on after a kill needs not read it.

internal import Datasets

struct ShardResult: Codable, Sendable {
    let file: RecordManifest.File
    let contents: Contents

    /// Known while the shard is being written.
    struct Contents: Codable, Sendable {
        /// Of each record, in order: the image's place in the listing, where it begins, and how long its data are.
        private(set) var images: [Int] = []
        private(set) var offsets: [Int64] = []
        private(set) var sizes: [Int64] = []
        private(set) var omissions: [Listing.Omission] = []
        /// Counts by what was done.
        private(set) var repairs: [String: Int] = [:]
        private(set) var sums = ColorSums()

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
    }

    /// False for what no shard of these images can have given.
    func fits(_ shard: ShardPlan.Shard) -> Bool {
        let (images, count) = (contents.images, contents.images.count)
        return file.name == shard.name && contents.offsets.count == count && contents.sizes.count == count
            && count + contents.omissions.count == shard.images.count
            && Set(images).isSubset(of: shard.images)
    }
}
