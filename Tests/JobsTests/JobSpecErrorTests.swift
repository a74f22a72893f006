// Every way a job file can be wrong, and that the answer names file, line, key, value and what to write.

import Jobs
import Testing

@Suite struct JobSpecErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let code: JobError.Code
        /// What the message has to hold.
        let says: [String]
        var file = "night.yml"
        var testDescription: String { String(text.prefix(50)) }
    }

    static func failure(_ bytes: [UInt8], file: String = "night.yml") -> JobError? {
        do {
            _ = try JobSpec(bytes: bytes, file: file).plan(
                name: "night", relativeTo: nil, on: { .cpu(because: "there is no GPU") })
            return nil
        } catch {
            return error
        }
    }

    static let cases: [Case] = [
        // Keys
        Case(
            text: "dataset: /d\nepoch: 3", code: .unknownKey, says: ["night.yml:2: epoch: ", "mean epochs?"]),
        Case(text: "dataset: /d\nlearningRate: 3", code: .unknownKey, says: [":2: ", "mean learning_rate?"]),
        Case(text: "dataset: /d\nbatchsize: 3", code: .unknownKey, says: [":2: ", "mean batch_size?"]),
        Case(
            text: "dataset: /d\nzebra: 3", code: .unknownKey,
            says: [":2: zebra: ", "write one of model, dataset"]),
        Case(
            text: "dataset: /d\n\ncheckpoint:\n  evry: 5m", code: .unknownKey,
            says: [":4: checkpoint.evry: ", "mean every?"]),
        Case(
            text: "dataset: /d\nseed: 1\nseed: 2", code: .duplicateKey,
            says: ["night.yml:3: seed: ", "keep one"]),
        Case(text: "dataset: /d\n\"seed\": 1\nseed: 2", code: .duplicateKey, says: ["seed: ", "keep one"]),
        Case(
            text: "{\"dataset\": \"/d\",\n\"seed\": 1,\n\"seed\": 2}", code: .duplicateKey,
            says: ["night.json:3: seed: ", "first in line 2"], file: "night.json"),
        Case(
            text: "epochs: 3", code: .missingKey,
            says: ["night.yml:1: dataset: ", "dataset: /data/caltech256"]),
        Case(text: "<<: {seed: 1}\ndataset: /d", code: .unknownKey, says: [":1: <<: "]),
        Case(
            text: "dataset: /d\ncheckpoint:\n  keep: 1\n  every: 5m\n  keep: 2\nseed: 1", code: .duplicateKey,
            says: ["night.yml:5: keep: "]),
        // Types
        Case(text: "dataset: /d\nseed: \"3\"", code: .wrongType, says: ["is text, in quotes"]),
        // Within a moment, and not after a time that is the square of its length.
        Case(
            text: "dataset: /d\nlearning_rate: " + String(repeating: "1", count: 1_000_000) + "x",
            code: .wrongType, says: ["is not a number"]),
        Case(
            text: "dataset: /d\ncheckpoint: {every: " + String(repeating: "1", count: 1_000_000) + "}",
            code: .wrongType, says: ["is not a span of training"]),
        Case(
            text: "dataset: /d\nepochs: many", code: .wrongType,
            says: [":2: epochs: \"many\"", "0 to 1000000"]),
        Case(text: "dataset: /d\nepochs: 1.5", code: .wrongType, says: ["\"1.5\" is not a whole number"]),
        Case(
            text: "dataset: /d\nepochs: \"90\"", code: .wrongType, says: ["in quotes", "without the quotes"]),
        Case(text: "dataset: /d\nepochs:", code: .wrongType, says: [":2: epochs: nothing is not a number"]),
        Case(text: "dataset: /d\nepochs: ~", code: .wrongType, says: [":2: epochs: "]),
        Case(text: "dataset: /d\nepochs: [1, 2]", code: .wrongType, says: ["a list is not a number"]),
        Case(
            text: "dataset: /d\nepochs: 90 epochs", code: .wrongType, says: ["\"90 epochs\"", "whole number"]),
        Case(text: "dataset: /d\nshuffle: yes", code: .wrongType, says: ["\"yes\"", "true or false"]),
        Case(
            text: "dataset: /d\nlearning_rate: 0x1p3", code: .wrongType, says: ["\"0x1p3\" is not a number"]),
        Case(
            text: "dataset: /d\ncheckpoint: 5m", code: .wrongType, says: ["is not a mapping", "every, keep"]),
        Case(text: "dataset: {a: b}", code: .wrongType, says: ["a mapping is no text", "/data/caltech256"]),
        Case(text: "- dataset", code: .wrongType, says: ["a list is not a mapping"]),
        Case(text: "just words", code: .wrongType, says: ["\"just words\" is not a mapping"]),
        Case(text: "dataset: /d\nmodel: alexnet-singel", code: .wrongType, says: ["mean alexnet-single?"]),
        Case(
            text: "dataset: /d\nlast_batch: dorp", code: .wrongType, says: [":2: last_batch: ", "mean drop?"]),
        Case(
            text: "dataset: /d\nrecipe: krizhevski-2012", code: .wrongType,
            says: [":2: recipe: ", "mean krizhevsky-2012?"]),
        Case(text: "dataset: /d\noptimizer: sdg", code: .wrongType, says: ["\"sdg\"", "mean sgd?"]),
        Case(
            text: "dataset: /d\noptimizer: {adma: {}}", code: .unknownKey,
            says: [":2: optimizer.adma: ", "mean adam?"]),
        Case(
            text: "dataset: /d\noptimizer: [adam]", code: .wrongType,
            says: ["a list is no optimizer", "lars or {adam"]),
        Case(text: "dataset: /d\noptimizer: {}", code: .wrongType, says: ["names none", "sgd, nesterov"]),
        Case(
            text: "dataset: /d\noptimizer: {adam: {}, sgd: {}}", code: .wrongType,
            says: ["names sgd, adam at once"]),
        Case(
            text: "dataset: /d\noptimizer: {sgd: {beta2: 0.9}}", code: .wrongType,
            says: ["optimizer.sgd: ", "no numbers of its own"]),
        Case(
            text: "dataset: /d\noptimizer:\n  adam:\n    beta1: 0.9", code: .unknownKey,
            says: [":4: optimizer.adam.beta1: ", "mean beta2?"]),
        Case(
            text: "dataset: /d\noptimizer: {adamw: {beta2: 1}}", code: .outOfRange,
            says: ["optimizer.adamw.beta2: \"1\"", "up to, but not, 1"]),
        Case(text: "dataset: /d\noptimizer: {adam: {epsilon: 0}}", code: .outOfRange, says: ["1e-12 to 1"]),
        Case(
            text: "dataset: /d\noptimizer: {lars: {trust_coefficient: 0}}", code: .outOfRange,
            says: ["optimizer.lars.trust_coefficient: ", "above 0, at most 1"]),
        Case(text: "dataset: /d\ntrust_coefficient: 0.1", code: .unknownKey, says: ["trust_coefficient"]),
        Case(
            text: "dataset: /d\nclip_gradients: 1", code: .wrongType,
            says: [":2: clip_gradients: \"1\" says not how", "{norm: 1.0}"]),
        Case(
            text: "dataset: /d\nclip_gradients: {norm: 0}", code: .outOfRange,
            says: ["clip_gradients.norm: \"0\"", "1e-6 to 1000000"]),
        Case(
            text: "dataset: /d\nclip_gradients: {norm: 1, value: 1}", code: .wrongType,
            says: ["one of norm and value"]),
        Case(text: "dataset: /d\nclip_gradients: {nrom: 1}", code: .unknownKey, says: ["mean norm?"]),
        Case(
            text: "dataset: /d\nlayers:\n  fc8: {learning_rate: 10}\n  conv6: {learning_rate: 2}",
            code: .unknownKey,
            says: [
                ":4: layers.conv6: is no layer that learns; did you mean conv",
                "alexnet has conv1, conv2, conv3, conv4, conv5, fc6, fc7, fc8",
            ]),
        Case(text: "dataset: /d\nlayers: [fc8]", code: .wrongType, says: ["{fc8: {learning_rate: 10}"]),
        Case(
            text: "dataset: /d\nlayers: {fc8: {rate: 10}}", code: .unknownKey,
            says: ["layers.fc8.rate: ", "learning_rate, weight_decay"]),
        Case(
            text: "dataset: /d\nlayers: {fc8: {learning_rate: -1}}", code: .outOfRange,
            says: ["layers.fc8.learning_rate: \"-1\"", "from 0 to 1000"]),
        Case(
            text: "{\"dataset\": \"/d\",\n\"layers\": {\"fc8\": {},\n\"fc8\": {}}}", code: .duplicateKey,
            says: ["night.json:3: layers.fc8: ", "keep one"], file: "night.json"),
        Case(
            text: "dataset: /d\nfreeze: [conv1, norm1]", code: .unknownKey,
            says: [":2: freeze: \"norm1\" is no layer that learns", "alexnet has conv1"]),
        Case(text: "dataset: /d\nfreeze: conv1", code: .wrongType, says: ["[conv1, conv2]"]),
        Case(text: "dataset: /d\nfreeze: [conv1, conv1]", code: .duplicateKey, says: ["keep one"]),
        Case(
            text: "dataset: /d\nfreeze: [conv1]\nlayers: {conv1: {learning_rate: 2}}", code: .wrongType,
            says: [":3: layers.conv1: conv1 is frozen too"]),
        Case(
            text: "dataset: /d\nfreeze: [fc8, fc7, fc6, conv1, conv2, conv3, conv4, conv5]", code: .wrongType,
            says: ["nothing would learn", "fc8"]),
        Case(text: "dataset: /d\ninit: hee", code: .wrongType, says: ["\"hee\"", "mean he?", "safetensors"]),
        // Ranges
        Case(
            text: "dataset: /d\nepochs: -1", code: .outOfRange,
            says: [":2: epochs: \"-1\" is out of range", "from 0"]),
        Case(
            text: "dataset: /d\nepochs: 99999999999999999999", code: .outOfRange, says: ["is out of range"]),
        Case(text: "dataset: /d\nbatch_size: -1", code: .outOfRange, says: ["\"-1\"", "1 to 65536"]),
        Case(text: "dataset: /d\ndropout: 1", code: .outOfRange, says: ["\"1\"", "up to, but not, 1"]),
        Case(
            text: "dataset: /d\npool_dropout: -0.1", code: .outOfRange,
            says: [":2: pool_dropout: \"-0.1\"", "0 up to, but not, 1"]),
        Case(text: "dataset: /d\naccumulate: 0", code: .outOfRange, says: ["\"0\"", "1 to 65536"]),
        Case(
            text: "dataset: /d\nbatch_size: 8\naccumulate: 9", code: .outOfRange,
            says: [":3: accumulate: \"9\" pieces of a batch of 8", "from 1 to 8"]),
        Case(
            text: "dataset: /d\naverage_weights: 1", code: .outOfRange,
            says: [":2: average_weights: \"1\"", "such as 0.9999, or none"]),
        Case(text: "dataset: /d\naverage_weights: 0", code: .outOfRange, says: ["above 0, below 1"]),
        Case(
            text: "dataset: /d\naverage_weights: true", code: .wrongType, says: ["\"true\" is not a number"]),
        Case(
            text: "dataset: /d\nlabel_smoothing: 1", code: .outOfRange,
            says: [":2: label_smoothing: \"1\"", "from 0 up to, but not, 1"]),
        Case(text: "dataset: /d\nlearning_rate: 0", code: .outOfRange, says: ["above 0"]),
        Case(text: "dataset: /d\nwidth: 0", code: .outOfRange, says: ["0.01 to 8"]),
        Case(text: "dataset: /d\nseed: -1", code: .outOfRange, says: ["18446744073709551615"]),
        Case(text: "dataset: /d\nseed: 18446744073709551616", code: .outOfRange, says: ["seed"]),
        Case(text: "dataset: /d\nthreads: 0", code: .outOfRange, says: ["1 to 1024, or auto"]),
        Case(
            text: "dataset: /d\ncheckpoint: {keep: 0}", code: .outOfRange,
            says: ["checkpoint.keep: ", "or all"]),
        Case(
            text: "dataset: /d\nlearning_rate: .nan", code: .notFinite,
            says: [":2: ", "\".nan\" is not finite"]),
        Case(text: "dataset: /d\nlearning_rate: -.inf", code: .notFinite, says: ["is not finite"]),
        Case(text: "dataset: /d\nlearning_rate: 1e999", code: .notFinite, says: ["\"1e999\" is not finite"]),
        // Spans
        Case(
            text: "dataset: /d\ncheckpoint: {every: 5}", code: .wrongType,
            says: [":2: checkpoint.every: \"5\" has no unit", "200 steps"]),
        Case(
            text: "dataset: /d\nlog: {every: 5m}", code: .wrongType,
            says: ["log.every", "only checkpoint.every"]),
        Case(text: "dataset: /d\nlog: {every: 5 stops}", code: .wrongType, says: ["unknown unit, \"stops\""]),
        Case(
            text: "dataset: /d\nlog: {every: 0 steps}", code: .outOfRange,
            says: ["\"0 steps\" is out of range"]),
        Case(text: "dataset: /d\nlog: {every: 1.5 steps}", code: .wrongType, says: ["whole number of steps"]),
        Case(text: "dataset: /d\nlog: {every: soon}", code: .wrongType, says: ["10 steps or 1 epoch"]),
        Case(text: "dataset: /d\ncheckpoint: {every: 0.1s}", code: .outOfRange, says: ["1s to 720h"]),
        Case(
            text: "dataset: /d\nlog: {images: 200 steps}", code: .wrongType,
            says: [":2: log.images: \"200 steps\"", "10 epochs"]),
        // References
        Case(
            text: "dataset: /d\nreferences: 0.4", code: .wrongType,
            says: [":2: references: \"0.4\" is not a mapping", "error/top1"]),
        Case(
            text: "dataset: /d\nreferences:\n  error/top1: 0.4", code: .wrongType,
            says: [":3: references.error/top1: \"0.4\" is no lines", "{paper: 0.407}"]),
        Case(
            text: "dataset: /d\nreferences: {loss: {train: 1}}", code: .wrongType,
            says: [":2: references.loss.train: ", "another name"]),
        Case(
            text: "dataset: /d\nreferences: {loss: {top1/validation: 1}}", code: .wrongType,
            says: ["references.loss.top1/validation: ", "letters, digits"]),
        Case(
            text: "dataset: /d\nreferences: {loss: {\"a b\": 1}}", code: .wrongType,
            says: ["references.loss.a b: ", "letters, digits"]),
        Case(
            text: "dataset: /d\nreferences: {/loss: {a: 1}}", code: .unknownKey,
            says: ["references./loss: ", "did you mean"]),
        Case(
            text: "dataset: /d\nreferences:\n  loss:\n    a: low", code: .wrongType,
            says: [":4: references.loss.a: \"low\" is not a number"]),
        Case(
            text: "dataset: /d\nreferences: {loss: {a: .inf}}", code: .notFinite,
            says: ["references.loss.a: ", "is not finite"]),
        Case(
            text: "dataset: /d\nreferences:\n  loss:\n    a: 1\n    b: 2\n    a: 3", code: .duplicateKey,
            says: ["night.yml:6: ", "a: ", "keep one"]),
        Case(
            text: "{\"dataset\": \"/d\",\n\"references\": {\"loss\": {\"a\": 1,\n\"a\": 2}}}",
            code: .duplicateKey,
            says: ["night.json:3: ", "keep one"], file: "night.json"),
        // Schedules
        Case(text: "dataset: /d\nschedule: cosin", code: .wrongType, says: ["mean cosine?"]),
        Case(text: "dataset: /d\nschedule: step", code: .missingKey, says: ["{step: {at: [25, 51, 79]"]),
        Case(
            text: "dataset: /d\nschedule: {step: {}}", code: .missingKey,
            says: ["schedule.step", "at and every"]),
        Case(
            text: "dataset: /d\nschedule: {step: {at: [5, 5]}}", code: .outOfRange,
            says: ["5 epochs after 5 epochs"]),
        Case(text: "dataset: /d\nschedule: {step: {at: 5}}", code: .wrongType, says: ["no list of epochs"]),
        Case(
            text: "dataset: /d\nschedule: {step: {every: 9m}}", code: .wrongType,
            says: ["schedule.step.every", "is a time"]),
        Case(
            text: "dataset: /d\nschedule: {step: {at: [5, 900 steps]}}", code: .outOfRange,
            says: ["900 steps after 5 epochs"]),
        Case(
            text: "dataset: /d\nschedule: {plateau: {metric: error/top3}}", code: .wrongType,
            says: ["schedule.plateau.metric", "error/top"]),
        Case(
            text: "dataset: /d\nearly_stopping: true", code: .wrongType,
            says: ["{metric: loss, patience: 10}"]),
        Case(text: "dataset: /d\nschedule: {plateau: {factor: 1}}", code: .outOfRange, says: ["below 1"]),
        Case(
            text: "dataset: /d\nschedule: {plateau: {patienc: 1}}", code: .unknownKey,
            says: ["mean patience?"]),
        Case(text: "dataset: /d\nschedule: {plateau: {}, cosine: {}}", code: .wrongType, says: ["at once"]),
        Case(text: "dataset: /d\nschedule: {warmup: 5 epochs}", code: .wrongType, says: ["names no decay"]),
        Case(text: "dataset: /d\nschedule: {cosine: {}, warmup: 5}", code: .wrongType, says: ["has no unit"]),
        // Augmentations
        Case(text: "dataset: /d\naugment: [flop]", code: .unknownKey, says: ["\"flop\"", "mean flip?"]),
        Case(
            text: "dataset: /d\naugment: [flip, flip]", code: .duplicateKey,
            says: ["flip is given more than once"]),
        Case(text: "dataset: /d\naugment: [{flip: 1}]", code: .wrongType, says: ["write just flip"]),
        Case(text: "dataset: /d\naugment: [{pca_color: -1}]", code: .outOfRange, says: ["0 to 10"]),
        Case(
            text: "dataset: /d\nnormalize: channel", code: .wrongType,
            says: ["\"channel\"", "did you mean channels?"]),
        Case(
            text: "dataset: /d\nnormalize: [1, 2]", code: .wrongType,
            says: ["a list", "mean, channels, mean_image, imagenet or {mean"]),
        Case(
            text: "dataset: /d\nnormalize: {mean: [1, 2, 3]}", code: .missingKey,
            says: ["normalize.deviation", "[58.4, 57.1, 57.4]"]),
        Case(
            text: "dataset: /d\nnormalize: {mean: [1, 2], deviation: [1, 1, 1]}", code: .wrongType,
            says: ["normalize.mean", "each of red, green and blue"]),
        Case(
            text:
                "dataset: /d\nnormalize:\n  mean: [0.485, 0.456, 0.406]\n  deviation: [0.229, 0.224, 0.225]",
            code: .outOfRange, says: ["night.yml:4", "\"0.229\"", "0–255 scale"]),
        Case(text: "dataset: /d\nvalidation: {views: 5}", code: .outOfRange, says: ["1, the middle, or 10"]),
        Case(text: "dataset: /d\nvalidation: {view: 1}", code: .unknownKey, says: ["mean views?"]),
        Case(
            text: "dataset: /d\naugment: [random_crop, random_resized_crop]", code: .wrongType,
            says: ["the whole image", "leave random_crop"]),
        Case(
            text: "dataset: /d\naugment: [{random_resized_crop: {scale: [0.5, 0.1]}}]", code: .outOfRange,
            says: ["augment.random_resized_crop.scale", "[0.08, 1]"]),
        Case(
            text: "dataset: /d\naugment: [{random_resized_crop: {scale: 0.5}}]", code: .wrongType,
            says: ["list of two"]),
        Case(
            text: "dataset: /d\naugment: [{random_resized_crop: {area: [0, 1]}}]", code: .unknownKey,
            says: ["scale, ratio"]),
        Case(text: "dataset: /d\naugment: [{rotate: [45]}]", code: .outOfRange, says: ["quarter turn"]),
        Case(text: "dataset: /d\naugment: [{rotate: [90, 90]}]", code: .outOfRange, says: ["there already"]),
        Case(text: "dataset: /d\naugment: [{rotate: 90}]", code: .wrongType, says: ["[0, 90, 180, 270]"]),
        Case(text: "dataset: /d\naugment: [color_jitter]", code: .missingKey, says: ["{brightness: 0.4"]),
        Case(
            text: "dataset: /d\naugment: [{color_jitter: {hue: 0.6}}]", code: .outOfRange,
            says: ["augment.color_jitter.hue", "\"0.6\"", "to 0.5"]),
        Case(
            text: "dataset: /d\naugment:\n  - flip\n  - color_jitter: {contrats: 1}", code: .unknownKey,
            says: ["night.yml:4", "mean contrast?"]),
        Case(
            text: "dataset: /d\naugment: [{pca_color: {statistics: image}}]", code: .wrongType,
            says: ["pca_color.statistics", "imagenet"]),
        Case(
            text: "dataset: /d\naugment: [random_resize_crop]", code: .unknownKey,
            says: ["mean random_resized_crop?"]),
        Case(text: "dataset: /d\naugment: flip", code: .wrongType, says: ["[random_crop, flip"]),
        // What this build lacks
        Case(
            text: "dataset: /d\ndevice: cuda", code: .unsupported,
            says: [":2: device: \"cuda\"", "there is no GPU"]),
        Case(text: "dataset: /d\ndevice: cuda:1", code: .unsupported, says: ["\"cuda:1\"", "cpu or auto"]),
        Case(text: "dataset: /d\ndevice: GPU-12ab-34", code: .unsupported, says: ["\"GPU-12ab-34\""]),
        Case(text: "dataset: /d\ndevice: tpu", code: .wrongType, says: ["\"tpu\" is no device", "cuda:0"]),
        Case(
            text: "dataset: /d\nprecision: tf32", code: .unsupported, says: [":2: precision: ", "only fp32"]),
        Case(text: "dataset: /d\nprecision: fp8", code: .wrongType, says: ["\"fp8\" is not known"]),
        // Paths
        Case(text: "dataset: data", code: .wrongType, says: ["night.yml:1: dataset: \"data\"", "from /"]),
        Case(text: "dataset: ~/data", code: .wrongType, says: ["~", "whole path"]),
        Case(text: "dataset: /d\ninit: a.safetensors", code: .wrongType, says: [":2: init: ", "whole path"]),
        Case(text: "dataset: \"\"", code: .wrongType, says: ["dataset: \"\" is no text"]),
        Case(
            text: "{\"dataset\": \"/d\\u0000\"}", code: .wrongType, says: ["zero character"],
            file: "night.json"),
        // Files
        Case(text: "", code: .unreadable, says: ["night.yml: is empty", "dataset:"]),
        Case(text: " \n\t\n", code: .unreadable, says: ["is empty"]),
        Case(text: "# nothing\n", code: .unreadable, says: ["only comments"]),
        Case(text: "", code: .unreadable, says: ["is empty"], file: "night.json"),
        Case(text: "dataset: /d\n---\ndataset: /e", code: .syntax, says: ["night.yml:2", "one document"]),
        Case(text: "dataset: /d\nepochs: [1", code: .syntax, says: ["night.yml:", "is not YAML"]),
        Case(text: "dataset: /d\n\tepochs: 1", code: .syntax, says: ["night.yml:2: is not YAML"]),
        Case(text: "dataset: /d\nseed: \u{1}", code: .syntax, says: ["night.yml:2: is not YAML"]),
        Case(text: "a: &x [1]\nb: *x", code: .syntax, says: ["night.yml:2: ", "anchors"]),
        Case(text: "dataset: &x /d", code: .syntax, says: ["night.yml:1: ", "anchors"]),
        Case(text: "? [a]\n: b", code: .syntax, says: ["a key is a plain word"]),
        Case(
            text: "{\"dataset\": \"/d\"", code: .syntax, says: ["night.json:1: is not JSON"],
            file: "night.json"),
        Case(text: "{\"dataset\": /d}", code: .syntax, says: ["needs double quotes"], file: "night.json"),
        Case(
            text: "{\n\"seed\": 01}", code: .syntax, says: ["night.json:2: ", "\"01\""], file: "night.json"),
        Case(text: "{\"dataset\": \"/d\"} x", code: .syntax, says: ["follows the end"], file: "night.json"),
        Case(
            text: "{\"dataset\": \"/d\",}", code: .syntax, says: ["double quotes is expected"],
            file: "night.json"),
        Case(text: "{\"dataset\": \"\\ud800\"}", code: .syntax, says: ["surrogate"], file: "night.json"),
        Case(text: "{\"dataset\": \"a\nb\"}", code: .syntax, says: ["line break"], file: "night.json"),
        Case(text: "{\"dataset\": \"\\u12", code: .syntax, says: ["four hexadecimal"], file: "night.json"),
    ]

    @Test(arguments: cases) func answersWithPlaceAndRemedy(_ example: Case) throws {
        let error = try #require(Self.failure(Array(example.text.utf8), file: example.file))
        #expect(error.code == example.code, "\(error)")
        #expect(error.message.hasPrefix(example.file), "\(error)")
        for part in example.says { #expect(error.message.contains(part), "\(error)") }
        #expect(!error.message.contains("\n"), "one line")
    }

    @Test func refusesWhatIsNotText() throws {
        let error = try #require(Self.failure(Array("dataset: /d\nseed: ".utf8) + [0xff, 0xfe]))
        #expect(error.code == .syntax)
        #expect(error.message.hasPrefix("night.yml:2: is not UTF-8"))
    }

    @Test func refusesTheAbsurdlyLargeUnread() throws {
        let error = try #require(Self.failure([UInt8](repeating: 0x23, count: JobFile.largest + 1)))
        #expect(error.code == .unreadable)
        #expect(error.message.contains("at most 1048576"))
    }

    @Test(arguments: [12, 40, 900, 100_000]) func refusesDeepNesting(_ depth: Int) throws {
        for file in ["a.yml", "a.json"] {
            let text =
                "{\"dataset\": " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
                + "}"
            let error = try #require(Self.failure(Array(text.utf8), file: file))
            #expect(error.code == (depth < 16 ? .wrongType : .syntax), "\(error)")
        }
    }

    /// Aliases of aliases, as values and as keys (which a parser hashes): 10^30 nodes if they were followed.
    @Test(arguments: ["- [*a, *a]", "- {? *a : 1}"]) func refusesAliasBombs(_ pattern: String) throws {
        var text = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            text +=
                pattern.replacing("- ", with: "- &a\(level) ").replacing("*a", with: "*a\(level - 1)") + "\n"
        }
        let error = try #require(Self.failure(Array(text.utf8)))
        #expect(error.code == .syntax)
        #expect(error.message.contains("anchors"))
    }
}
