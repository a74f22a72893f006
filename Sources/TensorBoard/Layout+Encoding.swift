// A layout to its bytes (proto/custom_scalars.proto), through protobuf-c.

internal import CTensorBoardProto

extension Layout {
    /// The tag that the plugin "custom_scalars" looks for.
    static let tag = "custom_scalars__config__"

    package func encoded() -> [UInt8] {
        var arena = MessageArena()
        let message = arena.message(tensorboard__custom_scalars__layout__init)
        let categories = arena.pointers(
            to: Tensorboard__CustomScalars__Category.self, self.categories.count)
        for (index, category) in self.categories.enumerated() { categories[index] = arena.category(category) }
        message.pointee.n_category = self.categories.count
        message.pointee.category = categories
        return arena.packed(message)
    }
}

extension MessageArena {
    fileprivate mutating func category(
        _ category: Layout.Category
    ) -> UnsafeMutablePointer<Tensorboard__CustomScalars__Category> {
        let message = message(tensorboard__custom_scalars__category__init)
        let charts = pointers(to: Tensorboard__CustomScalars__Chart.self, category.charts.count)
        for (index, chart) in category.charts.enumerated() { charts[index] = self.chart(chart) }
        message.pointee.title = string(category.title)
        message.pointee.n_chart = category.charts.count
        message.pointee.chart = charts
        message.pointee.closed = category.isClosed ? 1 : 0
        return message
    }

    private mutating func chart(
        _ chart: Layout.Chart
    ) -> UnsafeMutablePointer<Tensorboard__CustomScalars__Chart> {
        let message = message(tensorboard__custom_scalars__chart__init)
        message.pointee.title = string(chart.title)
        switch chart.content {
        case .lines(let patterns):
            let content = self.message(tensorboard__custom_scalars__multiline_chart_content__init)
            let tags = pointers(to: CChar.self, patterns.count)
            for (index, pattern) in patterns.enumerated() { tags[index] = string(pattern) }
            content.pointee.n_tag = patterns.count
            content.pointee.tag = tags
            message.pointee.content_case = TENSORBOARD__CUSTOM_SCALARS__CHART__CONTENT_MULTILINE
            message.pointee.multiline = content
        case .margins(let margins):
            let content = self.message(tensorboard__custom_scalars__margin_chart_content__init)
            let series = pointers(
                to: Tensorboard__CustomScalars__MarginChartContent__Series.self, margins.count)
            for (index, margin) in margins.enumerated() {
                let message = self.message(tensorboard__custom_scalars__margin_chart_content__series__init)
                message.pointee.value = string(margin.value)
                message.pointee.lower = string(margin.lower)
                message.pointee.upper = string(margin.upper)
                series[index] = message
            }
            content.pointee.n_series = margins.count
            content.pointee.series = series
            message.pointee.content_case = TENSORBOARD__CUSTOM_SCALARS__CHART__CONTENT_MARGIN
            message.pointee.margin = content
        }
        return message
    }
}
