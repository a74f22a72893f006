// Several curves in one chart: what the CUSTOM SCALARS tab shows. The page merges the layouts of all runs by the titles
// of their categories and shows equal charts once, so runs with the same layout share one page.

package struct Layout: Hashable, Sendable {
    package struct Category: Hashable, Sendable {
        package var title: String
        package var charts: [Chart]
        /// Folded in until a person opens it.
        package var isClosed: Bool

        package init(_ title: String, _ charts: [Chart], isClosed: Bool = false) {
            (self.title, self.charts, self.isClosed) = (title, charts, isClosed)
        }
    }

    package struct Chart: Hashable, Sendable {
        package enum Content: Hashable, Sendable {
            /// A line for each tag that one of these regular expressions matches. `Layout.exactly` makes one of a tag.
            case lines([String])
            /// Tags whose band between two other tags is shaded.
            case margins([Margin])
        }

        package var title: String
        package var content: Content

        package init(_ title: String, _ content: Content) {
            (self.title, self.content) = (title, content)
        }
    }

    package struct Margin: Hashable, Sendable {
        package var value: String
        package var lower: String
        package var upper: String

        package init(value: String, lower: String, upper: String) {
            (self.value, self.lower, self.upper) = (value, lower, upper)
        }
    }

    package var categories: [Category]

    package init(_ categories: [Category]) {
        self.categories = categories
    }

    /// The regular expression that matches this tag and no other: readers anchor at the start only.
    package static func exactly(_ tag: String) -> String {
        var pattern = ""
        for character in tag {
            if "\\^$.|?*+()[]{}".contains(character) { pattern += "\\" }
            pattern.append(character)
        }
        return pattern + "$"
    }
}
