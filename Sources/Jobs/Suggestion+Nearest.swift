// Which words may have been meant, where there are too many to list.

/// Those that hold the word, then those that it takes the fewest edits to reach.
package func nearest(to word: String, among words: [String], atMost count: Int) -> [String] {
    let plain = word.lowercased()
    let ranked = words.map { choice in
        (
            distance: choice.lowercased().contains(plain) ? 0 : editDistance(plain, choice.lowercased()),
            choice: choice
        )
    }
    return ranked.sorted { ($0.distance, $0.choice) < ($1.distance, $1.choice) }.prefix(count).map(\.choice)
}
