/* eslint-disable @typescript-eslint/no-deprecated -- The classic JSON: every Grafana imports it, version 2 only those from 12 on. */
import {
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { DashboardBuilder, DatasourceVariableBuilder, RowBuilder, type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { edges } from './dashboards/edges.js';
import { engines } from './dashboards/engines.js';
import { overview } from './dashboards/overview.js';
import { readers } from './dashboards/readers.js';
import { rooms } from './dashboards/rooms.js';
import type { DashboardSpec, Panel } from './panel.js';

export const dashboards: readonly DashboardSpec[] = [overview, edges, rooms, readers, engines];

/** Whoever imports it chooses the Prometheus. */
const source = { type: 'prometheus', uid: '${datasource}' };
const graphSize = { span: 8, height: 8 };
const statSize = { span: 4, height: 4 };

export function dashboardOf({ uid, title, rows }: DashboardSpec): Dashboard {
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .tags(['plaza'])
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'));
  for (const row of rows) {
    dashboard.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) dashboard.withPanel(panel.stat === true ? statOf(panel) : graphOf(panel));
  }
  return dashboard.build();
}

function statOf(panel: Panel): StatBuilder {
  const builder = new StatBuilder().title(panel.title).description(panel.about).unit(panel.unit).datasource(source);
  for (const target of targetsOf(panel)) builder.withTarget(target);
  return builder.span(statSize.span).height(statSize.height);
}

function graphOf(panel: Panel): TimeseriesBuilder {
  const builder = new TimeseriesBuilder()
    .title(panel.title)
    .description(panel.about)
    .unit(panel.unit)
    .min(0)
    .datasource(source)
    .legend(new VizLegendOptionsBuilder().showLegend(true).displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).calcs([]))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  for (const target of targetsOf(panel)) builder.withTarget(target);
  return builder.span(graphSize.span).height(graphSize.height);
}

const targetsOf = ({ queries }: Panel): DataqueryBuilder[] =>
  queries.map(({ expr, legend }, i) =>
    new DataqueryBuilder()
      .refId(String.fromCharCode(65 + i))
      .expr(expr)
      .legendFormat(legend)
      .range(),
  );
