// The sets of numbers, one for each parameter, that an engine keeps.

package enum StateKind: String, Hashable, Sendable, CaseIterable {
    case parameters
    /// Of the mean loss of the last batch, without weight decay and before clipping; zero for what is frozen. They are
    /// there after a step that asked for detail; an engine may use them up as it makes them.
    case gradients
    /// Momentum (velocity), or Adam's m.
    case firstMoment
    /// Adam's v.
    case secondMoment
    /// The running averages of the parameters. They begin as what is loaded.
    case average
}
