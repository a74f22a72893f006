// What is made of each form of source, in which order, and what is said where something is missing.

import Datasets
import Foundation
import Images
import Preparation
import SystemPackage
import Testing

@Suite struct SourceTests {
    private func split(_ listing: Listing, _ split: Dataset.Split?) -> [String] {
        listing.images.filter { $0.split == split }.map(\.name)
    }

    private func refusal(_ tree: ImageTree, _ options: SourceOptions = SourceOptions()) -> String {
        let error = #expect(throws: PreparationError.self) { try tree.listing(options) }
        return error?.message ?? ""
    }

    // MARK: - Class folders

    @Test func classFoldersWithASplit() throws {
        let tree = try ImageTree([
            "train/b/2.jpg", "train/b/10.jpg", "train/B/1.png", "train/b/sub.a/0.jpg", "train/b/sub/0.jpg",
            "val/b/1.jpg",
            "validation/b/9.jpg", "test/B/1.jpg", "test/unknown/1.jpg", "stray.jpg", "train/stray.jpg",
        ])
        let listing = try tree.listing()
        #expect(try tree.kind() == "class folders")
        #expect(listing.categories.map(\.name) == ["B", "b"])
        // ImageFolder's order.
        #expect(
            split(listing, .train) == [
                "train/B/1.png", "train/b/10.jpg", "train/b/2.jpg", "train/b/sub/0.jpg",
                "train/b/sub.a/0.jpg",
            ])
        #expect(split(listing, .validation) == ["val/b/1.jpg"])
        #expect(split(listing, .test) == ["test/B/1.jpg"])
        #expect(split(listing, nil).isEmpty)
        #expect(
            Set(listing.omissions.map(\.image)) == [
                "validation/b/9.jpg", "stray.jpg", "train/stray.jpg", "test/unknown/1.jpg",
            ])
    }

    @Test func theOrderIsThatOfTheClassFolderDataSet() throws {
        let tree = try ImageTree(
            (0..<40).map {
                "\($0 % 5 == 0 ? "val" : "train")/\(["x", "X y", "a", "é"][$0 % 4])/\($0 * 7919 % 41).jpg"
            }
                + ["train/a/deep/1.jpg", "train/a/deep.er/1.jpg", "train/a-/1.jpg", "train/é/z/1.jpg"])
        let (listing, dataset) = (try tree.listing(), try ImageFolder.open(tree.root))
        #expect(listing.categories.map(\.name) == dataset.classes)
        #expect(split(listing, .train) == dataset.train.map(\.path))
        #expect(split(listing, .validation) == dataset.validation.map(\.path))
        #expect(listing.images.filter { $0.split == .train }.map(\.label) == dataset.train.map(\.label))
    }

    @Test(arguments: [
        ["cat/1.jpg", "dog/1.jpg"], ["pets/cat/1.jpg", "pets/dog/1.jpg"],
        ["train/cat/1.jpg", "train/dog/1.jpg"],
        ["all/pets/cat/1.jpg", "all/pets/dog/sub/1.jpg"],
    ])
    func classFoldersYetToBeDivided(_ names: [String]) throws {
        let listing = try ImageTree(names).listing()
        #expect(listing.categories.map(\.name) == ["cat", "dog"])
        #expect(split(listing, nil) == names)
    }

    @Test func namesThatAreOneTextInTwoWays() throws {
        let tree = try ImageTree(["e\u{301}/1.jpg", "\u{e9}/1.jpg", "f/1.jpg"])
        #expect(refusal(tree).contains("two class folders \u{e9}"))
    }

    @Test func caltech256() throws {
        var listing = try ImageTree([
            "256_ObjectCategories/001.ak47/001_0001.jpg", "256_ObjectCategories/257.clutter/257_0001.jpg",
            "256_ObjectCategories/002.american-flag/002_0001.jpg",
        ]).listing()
        #expect(listing.categories.map(\.text) == ["ak47", "american-flag", "clutter"])
        #expect(listing.images.map(\.label) == [0, 1, 2])
        try listing.leaveOut(["001.ak47"])
        #expect(listing.categories.map(\.name) == ["002.american-flag", "257.clutter"])
        #expect(listing.images.map(\.label) == [0, 1])
        let error = #expect(throws: PreparationError.self) { try listing.leaveOut(["258"]) }
        #expect(
            error?.message.contains("there is no class 258 to leave out; the classes are 002.american-flag")
                == true)
    }

    @Test func classFoldersInATar() throws {
        let tree = try ImageTree()
        var tar = Tar()
        for name in ["set/", "set/cat/1.jpg", "set/dog/1.jpg", "set/dog/._1.jpg", "set/readme.txt"] {
            tar.add(
                name, name.hasSuffix("jpg") ? try ImageTree.jpeg(1) : [],
                type: name.hasSuffix("/") ? "5" : "0")
        }
        try tree.write(tar.finished, "set.tar")
        let listing = try Listing.of(tree.root.appending("set.tar"), SourceOptions()).1
        #expect(listing.images.map(\.name) == ["set/cat/1.jpg", "set/dog/1.jpg"])
    }

    @Test func whatIsNoSourceIsSaidToBeNone() throws {
        #expect(refusal(try ImageTree()).contains("holds 0 images and is none of what can be prepared"))
        #expect(refusal(try ImageTree(["1.jpg", "2.jpg"])).contains("holds 2 images and is none"))
        #expect(refusal(try ImageTree(["cat/1.jpg"])).contains("for each of at least two classes"))
        #expect(
            refusal(try ImageTree(["train/a/1.jpg", "train/b/1.jpg", "val/c/1.jpg"])).contains(
                "train/ has not: c"))
        let error = #expect(throws: PreparationError.self) {
            try Listing.of(try ImageTree().root.appending("absent"), SourceOptions())
        }
        #expect(error?.message.contains("there is nothing to read at") == true)
    }

    // MARK: - Label files

    @Test(arguments: [
        "image,class\na.jpg,cat\nb.jpg,dog\n", "a.jpg,cat\nsub/b.jpg,dog\n",
        "id,breed,file\n1,cat,a\n2,dog,b\n",
        "path,label\n./a.jpg,cat\nsub/b.jpg,dog\nmissing.jpg,dog\n",
    ])
    func csvLabels(_ csv: String) throws {
        let tree = try ImageTree(["a.jpg", "sub/b.jpg", "sub/unknown.jpg"])
        try tree.write(csv, "labels.csv")
        #expect(try tree.kind() == "images with a label file")
        let listing = try tree.listing()
        #expect(listing.categories.map(\.name) == ["cat", "dog"])
        #expect(listing.images.map(\.name) == ["a.jpg", "sub/b.jpg"])
        #expect(listing.omissions.contains { $0.image == "sub/unknown.jpg" })
        #expect(listing.omissions.contains { $0.image == "missing.jpg" } == csv.contains("missing"))
    }

    /// Beside class folders a table may be about anything.
    @Test func aTableBesideClassFoldersCountsWhenItIsNamed() throws {
        let tree = try ImageTree(["cat/a.jpg", "dog/b.jpg"])
        try tree.write("cat/a.jpg,4711\ndog/b.jpg,815\n", "sizes.csv")
        #expect(try tree.listing().categories.map(\.name) == ["cat", "dog"])
        let named = SourceOptions(labels: tree.root.appending("sizes.csv"))
        #expect(try tree.listing(named).categories.map(\.name) == ["4711", "815"])
    }

    @Test func csvLabelsWithSplits() throws {
        let tree = try ImageTree(["a.jpg", "b.jpg", "c.jpg"])
        try tree.write("Image,Label,Split\na.jpg,x,train\nb.jpg,y,Test\nc.jpg,y,valid\n", "l.csv")
        let listing = try tree.listing()
        #expect(listing.images.map(\.split) == [.train, .test, .validation])
    }

    @Test(arguments: [
        (
            #"{"cat": 1, "dog": 0}"#, #"{"a.jpg": "cat", "b.jpg": "dog"}"#, ["dog", "cat"],
            ["b.jpg", "a.jpg"]
        ),
        (#"{"cat": 1, "dog": 0}"#, #"{"a.jpg": 1, "b.jpg": 0}"#, ["dog", "cat"], ["b.jpg", "a.jpg"]),
        (
            #"{"0": ["n1", "cat"], "1": ["n2", "dog"]}"#, #"{"a": 0, "b": "n2"}"#, ["n1", "n2"],
            ["a.jpg", "b.jpg"]
        ),
        (#"["z", "y"]"#, #"{"a.jpg": "z", "b.jpg": "y"}"#, ["z", "y"], ["a.jpg", "b.jpg"]),
    ])
    func jsonLabels(_ classes: String, _ labels: String, _ names: [String], _ images: [String]) throws {
        let tree = try ImageTree(["a.jpg", "b.jpg"])
        try tree.write(labels, "labels.json")
        try tree.write(classes, "classes.json")
        if labels.contains("\"a\": 0") {
            // Labels must be one or the other.
            #expect(try tree.listing().categories.map(\.name) == ["0", "n2"])
            return
        }
        let listing = try tree.listing()
        #expect(listing.categories.map(\.name) == names)
        #expect(listing.images.map(\.name) == images)
        let elsewhere = try ImageTree()
        try elsewhere.write(labels, "l")
        try elsewhere.write(classes, "c")
        let options = SourceOptions(
            labels: elsewhere.root.appending("l"), classes: elsewhere.root.appending("c"))
        #expect(try ImageTree(["a.jpg", "b.jpg"]).listing(options).images.map(\.name) == images)
    }

    @Test(arguments: [
        ("image,class\na.jpg,cat\na.jpg,dog\n", "line 3: a.jpg has a label already"),
        ("image,class\na.jpg,cat,3\n", "line 2: 3 fields where the rows above have 2"),
        ("picture,what,why\na.jpg,cat,0\n", "line 1: the columns “image” and “class” are expected"),
        ("image,class,split\na.jpg,cat,none\n", "line 2: the split “none” is none of train, val and test"),
        ("image,class\n", "names no image"), ("image,class\nx.jpg,cat\n", "none of the 1 images"),
        (#"{"a.jpg": ["cat"]}"#, "line 1: the label of a.jpg is neither text nor a number"),
        ("{\n\"a.jpg\": \"cat\",\n}", "line 3: a key in double quotes is expected"),
        ("[1]", "names no image"),
        ("\u{0}\u{1}", "line 1"), ("{", "line 1"),
    ])
    func labelFilesThatAreWrong(_ text: String, _ message: String) throws {
        let tree = try ImageTree(["a.jpg", "b.jpg"])
        try tree.folder.write(Array(text.utf8), to: "labels")
        let refusal = refusal(tree, SourceOptions(labels: tree.folder.path.appending("labels")))
        #expect(refusal.contains(message) || (text == "[1]" && refusal.contains("expected")), "\(refusal)")
    }

    @Test(arguments: [
        (#"{"cat": 0, "dog": 2}"#, "dog has index 2 where 1 is expected"),
        (#"{"cat": 0, "dog": 0}"#, "has index 0 where 1 is expected"),
        (#"{"cat": 0}"#, "does not know the label dog"),
        (#"{"cat": "x"}"#, "the index of cat is no whole number"),
        ("3", "an object of label → index is expected"),
        (#"["cat", "cat"]"#, "a class is named twice"), (#"[{}]"#, "a class's name is expected"),
    ])
    func classFilesThatAreWrong(_ text: String, _ message: String) throws {
        let tree = try ImageTree(["a.jpg", "b.jpg"])
        try tree.folder.write(Array("a.jpg,cat\nb.jpg,dog\n".utf8), to: "labels")
        try tree.folder.write(Array(text.utf8), to: "classes")
        let refusal = refusal(
            tree,
            SourceOptions(
                labels: tree.folder.path.appending("labels"), classes: tree.folder.path.appending("classes")))
        #expect(refusal.contains(message), "\(refusal)")
    }

    @Test func twoLabelFilesAreOneTooMany() throws {
        let tree = try ImageTree(["a.jpg"])
        for name in ["one.csv", "two.csv"] { try tree.write("a.jpg,cat\n", name) }
        #expect(refusal(tree).contains("name one with --labels"))
        try tree.write("something,else,here\n", "two.csv")
        #expect(refusal(tree).contains("fewer than two classes"), "one.csv is it")
    }

    /// Whatever the bytes, an answer or an error.
    @Test func labelFilesOfGarbage() throws {
        let tree = try ImageTree(["a.jpg", "b.jpg"])
        let seeds = [
            "image,class\na.jpg,cat\nb.jpg,\"do\"\"g\"\n",
            #"{"a.jpg": "cat", "b.jpg": 1.5e3, "c": "\u00e9"}"#,
        ].map { Array($0.utf8) }
        let path = tree.folder.path.appending("labels")
        var state: UInt64 = 7
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for round in 0..<400 {
            var bytes = seeds[round % 2]
            for _ in 0...below(4) {
                switch below(3) {
                case 0: bytes[below(bytes.count)] = UInt8(below(256))
                case 1: bytes.remove(at: below(bytes.count))
                default: bytes.insert(Array("\",{}[]:\\\n".utf8)[below(9)], at: below(bytes.count))
                }
            }
            try tree.folder.write(bytes, to: "labels")
            do {
                let listing = try tree.listing(SourceOptions(labels: path, classes: nil))
                #expect(listing.images.allSatisfy { listing.categories.indices.contains(Int($0.label)) })
            } catch {
                #expect(error is PreparationError, "\(error)")
            }
        }
    }
}
