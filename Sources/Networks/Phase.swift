// What a training step does with a layer, one after the other.

package enum Phase: String, Hashable, Sendable, CaseIterable { case forward, backward, update }
