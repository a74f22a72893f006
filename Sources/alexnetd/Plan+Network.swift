// The network that a plan asks for on its data.

import Datasets
import Jobs
import Networks

extension Plan {
    func network(for dataset: Dataset) -> Network {
        network(classes: dataset.classes.count)
    }
}
