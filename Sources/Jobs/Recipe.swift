// Published ways to train an AlexNet, each a job file of its own that fills in what a job leaves open. A key that the job
// writes wins, and what neither says has its usual default. A plan holds the values, and not where they came from: a run may
// go on from a job that spells them out.

package enum Recipe: String, Sendable, CaseIterable {
    case krizhevsky2012 = "krizhevsky-2012"
    case torchvision
    case caffe

    /// As a job file; sources and known differences beside the keys.
    var text: String {
        switch self {
        case .krizhevsky2012:
            """
            # Krizhevsky, Sutskever, Hinton 2012, sections 4 and 5, with the initial weights and the bias rates of the code
            # behind it (cuda-convnet, layers-145.cfg and layer-params-145.cfg). The paper's learning rate was lowered by
            # hand; these are the epochs at which it was for the published 40.7 %. Its test looked at ten views of an image:
            # validation: {views: 10} does, at ten times the work.
            model: alexnet
            epochs: 91
            batch_size: 128
            optimizer: sgd
            learning_rate: 0.01
            momentum: 0.9
            weight_decay: 0.0005
            bias_learning_rate: 2
            bias_weight_decay: 0
            schedule: {step: {at: [25, 51, 79], factor: 0.1}}
            dropout: 0.5
            init: cuda-convnet
            augment: [random_crop, flip, {pca_color: 0.1}]
            normalize: mean_image
            """
        case .torchvision:
            """
            # pytorch/vision, references/classification, README "AlexNet and VGG": eight processes of 32 images each, whose
            # mean gradient is that of 256, --lr 1e-2, and train.py's defaults. Biases learn and decay as weights do, the
            # default of this model.
            model: torchvision
            epochs: 90
            batch_size: 256
            optimizer: sgd
            learning_rate: 0.01
            momentum: 0.9
            weight_decay: 0.0001
            schedule: {step: {every: 30 epochs, factor: 0.1}}
            dropout: 0.5
            init: torch
            augment: [random_resized_crop, flip]
            normalize: imagenet
            """
        case .caffe:
            """
            # BVLC/caffe, models/bvlc_alexnet: solver.prototxt and train_val.prototxt. 450,000 iterations of 256 images are 90
            # epochs of ImageNet; the steps of the learning rate are iterations, whatever the data set. Caffe's images were
            # squeezed to 256 x 256, not cut.
            model: alexnet
            epochs: 90
            batch_size: 256
            optimizer: sgd
            learning_rate: 0.01
            momentum: 0.9
            weight_decay: 0.0005
            bias_learning_rate: 2
            bias_weight_decay: 0
            schedule: {step: {every: 100000 steps, factor: 0.1}}
            dropout: 0.5
            init: caffe
            augment: [random_crop, flip]
            normalize: mean_image
            """
        }
    }

    func fields() throws(JobError) -> JobFields {
        let root = try JobNode(bytes: Array(text.utf8), file: "\(rawValue).yml")
        return try JobFields(root, path: "", keys: JobSpec.keys, file: "recipe \(rawValue)")
    }
}

extension JobValue {
    /// A recipe's name, or none.
    func recipe() throws(JobError) -> Recipe? {
        try choice([("none", nil)] + Recipe.allCases.map { ($0.rawValue, $0) })
    }
}
