// Where a scalar comes from, by its name.

package enum TagKind: Sendable {
    /// A function of the plan: a resumed run must find the same value again.
    case computed
    /// Of this machine and this hour, named `system/…`: never compared.
    case measured

    package init(of tag: String) {
        self = tag.hasPrefix("system/") ? .measured : .computed
    }
}
