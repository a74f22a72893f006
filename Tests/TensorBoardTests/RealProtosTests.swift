// Each kind of record, decoded by TensorBoard's own protos: what they read is what was meant. $PYTHON has TensorBoard.

import SystemPackage
import TemporaryFolders
import TensorBoard
import Testing

@Suite(.enabled(if: Peer.hasTensorBoard, "needs TensorBoard: pip install tensorboard"))
struct RealProtosTests {
    /// Prints every event of the files in a folder in the protos' text form, with the messages inside its byte strings.
    static let script = """
        import json, pathlib, struct, sys
        from google.protobuf import json_format
        from tensorboard.compat.proto import config_pb2, event_pb2, graph_pb2
        from tensorboard.plugins.custom_scalar import layout_pb2
        from tensorboard.plugins.hparams import plugin_data_pb2

        def say(title, message):
            print(f"[{title}]")
            print(str(message).strip())

        for path in sorted(pathlib.Path(sys.argv[1]).glob("*tfevents*")):
            content, offset = path.read_bytes(), 0
            while offset < len(content):
                length, = struct.unpack_from("<Q", content, offset)
                event = event_pb2.Event.FromString(content[offset + 12:offset + 12 + length])
                offset += length + 16
                event.ClearField("wall_time")
                if event.tagged_run_metadata.tag:
                    inner = event.tagged_run_metadata.run_metadata
                    say("run metadata", config_pb2.RunMetadata.FromString(inner))
                    event.tagged_run_metadata.run_metadata = b""
                for value in event.summary.value:
                    plugin = value.metadata.plugin_data
                    if plugin.plugin_name == "hparams":
                        data = plugin_data_pb2.HParamsPluginData.FromString(plugin.content)
                        say("hparams", json.dumps(json_format.MessageToDict(data), sort_keys=True))
                        plugin.content = b""
                    if plugin.plugin_name == "custom_scalars":
                        say("layout", layout_pb2.Layout.FromString(value.tensor.string_val.pop()))
                say("event", event)
        """

    func decoded(_ write: (RunLog) throws -> Void) throws -> String {
        let folder = try TemporaryFolder()
        let log = try RunLog(folder: folder.path, resumingAfter: 0, now: { 1e9 }) { _ in }
        try write(log)
        try log.close()
        let result = try Peer.run(Peer.python, "-c", Self.script, folder.path.string)
        #expect(result.status == 0, "\(result.output)")
        let version =
            "[event]\nfile_version: \"brain.Event:2\"\nsource_metadata {\n  writer: \"alexnetd\"\n}\n"
        #expect(result.output.hasPrefix(version))
        return String(result.output.dropFirst(version.count))
    }

    @Test func captionedScalar() throws {
        let text = try decoded { log in
            log.describe("loss", title: "the loss", description: "in *nats*")
            try log.scalar("loss", 0.5, step: 3)
            try log.scalar("loss", 0.25, step: 4)
        }
        #expect(
            text == """
                [event]
                step: 3
                summary {
                  value {
                    tag: "loss"
                    simple_value: 0.5
                    metadata {
                      plugin_data {
                        plugin_name: "scalars"
                      }
                      display_name: "the loss"
                      summary_description: "in *nats*"
                      data_class: DATA_CLASS_SCALAR
                    }
                  }
                }
                [event]
                step: 4
                summary {
                  value {
                    tag: "loss"
                    simple_value: 0.25
                  }
                }

                """)
    }

    @Test func histogram() throws {
        let text = try decoded { log in
            let histogram = try Histogram(min: -1, max: 2, counts: [3, 0, 4], sum: 5, sumOfSquares: 6)
            try log.histogram("weights/conv1", histogram, step: 7)
        }
        #expect(
            text == """
                [event]
                step: 7
                summary {
                  value {
                    tag: "weights/conv1"
                    histo {
                      min: -1
                      max: 2
                      num: 7
                      sum: 5
                      sum_squares: 6
                      bucket_limit: 0
                      bucket_limit: 1
                      bucket_limit: 2
                      bucket: 3
                      bucket: 0
                      bucket: 4
                    }
                  }
                }

                """)
    }

    @Test func image() throws {
        let text = try decoded { log in
            log.describe("filters", title: "filters", description: "")
            try log.image("filters", png: EveryKind.png(width: 2, height: 1, seed: 0), step: 7)
        }
        #expect(text.contains("\n    image {\n      height: 1\n      width: 2\n      colorspace: 1\n"))
        #expect(text.contains(#"encoded_image_string: "\211PNG\r\n\032\n\000\000\000\rIHDR"#))
        #expect(text.contains("data_class: DATA_CLASS_BLOB_SEQUENCE"))
    }

    @Test func hparams() throws {
        let text = try decoded { log in
            log.hyperparameters(["model": "alexnet", "momentum": 0.9, "shuffle": false, "odd": .number(.nan)])
            log.succeeded()
        }
        let value = """
            summary {
              value {
                tag: "_hparams_/session_%@_info"
                tensor {
                  dtype: DT_FLOAT
                  tensor_shape {
                  }
                  float_val: 0
                }
                metadata {
                  plugin_data {
                    plugin_name: "hparams"
                  }
                  data_class: DATA_CLASS_TENSOR
                }
              }
            }

            """
        #expect(
            text == #"""
                [hparams]
                {"sessionStartInfo": {"hparams": {"model": "alexnet", "momentum": 0.9, "odd": "nan", \#
                "shuffle": false}, "startTimeSecs": 1000000000.0}}
                [event]

                """# + value.replacing("%@", with: "start")
                    + #"""
                    [hparams]
                    {"sessionEndInfo": {"endTimeSecs": 1000000000.0, "status": "STATUS_SUCCESS"}}
                    [event]

                    """# + value.replacing("%@", with: "end"))
    }

    @Test func layout() throws {
        let text = try decoded { $0.layout(EveryKind.layout) }
        #expect(
            text.hasPrefix(
                #"""
                [layout]
                category {
                  title: "Loss"
                  chart {
                    title: "loss"
                    multiline {
                      tag: "loss/train$"
                      tag: "loss/validation$"
                    }
                  }
                }
                category {
                  title: "Error"
                  chart {
                    title: "top 1"
                    margin {
                      series {
                        value: "error/validation"
                        lower: "error/lower"
                        upper: "error/upper"
                      }
                    }
                  }
                  closed: true
                }
                [event]
                summary {
                  value {
                    tag: "custom_scalars__config__"
                    tensor {
                      dtype: DT_STRING
                      tensor_shape {
                      }
                    }

                """#))
        #expect(text.contains("plugin_name: \"custom_scalars\""))
    }

    @Test func runMetadata() throws {
        let text = try decoded { log in
            let operation = RunMetadata.Operation(
                node: "conv1/Conv2D", start: 12, duration: 0, bytes: 34, outputs: [[2, 3]])
            try log.runMetadata(
                "step 9", RunMetadata(device: "/device:CPU:0", operations: [operation]), step: 9)
        }
        #expect(
            text == """
                [run metadata]
                step_stats {
                  dev_stats {
                    device: "/device:CPU:0"
                    node_stats {
                      node_name: "conv1/Conv2D"
                      all_start_micros: 12
                      op_end_rel_micros: 1
                      all_end_rel_micros: 1
                      memory {
                        total_bytes: 34
                        peak_bytes: 34
                      }
                      output {
                        tensor_description {
                          dtype: DT_FLOAT
                          shape {
                            dim {
                              size: 2
                            }
                            dim {
                              size: 3
                            }
                          }
                        }
                      }
                    }
                  }
                }
                [event]
                step: 9
                tagged_run_metadata {
                  tag: "step 9"
                }

                """)
    }
}
