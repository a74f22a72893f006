// Where a tag's points come from, by its name.

package enum TagKind: Sendable {
    /// A function of the plan: a resumed run must find the same value again.
    case computed
    /// A mean over the steps since the last log step, named `…/train`: where those windows begin is the job's to change
    /// (`log`), so it is not compared.
    case averaged
    /// Of this machine and this hour, named `system/…`: never compared.
    case measured

    package init(of tag: String) {
        self = tag.hasPrefix("system/") ? .measured : tag.hasSuffix("/train") ? .averaged : .computed
    }
}
