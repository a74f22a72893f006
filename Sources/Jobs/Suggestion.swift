// Which word was meant: the nearest by edit distance.

/// "did you mean epochs?", or all the choices where none is near.
func suggestion(for word: String, among choices: [String]) -> String {
    nearestWord(to: word, among: choices).map { "did you mean \($0)?" } ?? "write one of \(listed(choices))"
}

/// The choice that was probably meant; nil where none is near.
package func nearestWord(to word: String, among choices: [String]) -> String? {
    func plain(_ text: String) -> String { text.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " } }
    let nearest = choices.map { (distance: editDistance(plain(word), plain($0)), choice: $0) }
        .min { $0.distance < $1.distance }
    guard let nearest, nearest.distance <= max(1, word.count / 3) else { return nil }
    return nearest.choice
}

func listed(_ words: [String]) -> String { words.joined(separator: ", ") }

/// Damerau–Levenshtein (optimal string alignment): insertions, deletions, substitutions, swaps of neighbours.
func editDistance(_ first: String, _ second: String) -> Int {
    let a = Array(first.unicodeScalars.prefix(100))
    let b = Array(second.unicodeScalars.prefix(100))
    var before: [Int] = []
    var row = Array(0...b.count)
    for i in a.indices {
        var next = [i + 1]
        for j in b.indices {
            var best = min(row[j] + (a[i] == b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
            next.append(best)
        }
        (before, row) = (row, next)
    }
    return row[b.count]
}
