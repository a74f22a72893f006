// The network that a plan asks for.

package import Networks

extension Plan {
    /// - Parameter classes: of the data.
    package func network(classes: Int) -> Network {
        AlexNet.network(
            model, classes: classes, width: width, dropout: Float(dropout), poolDropout: Float(poolDropout))
    }
}
