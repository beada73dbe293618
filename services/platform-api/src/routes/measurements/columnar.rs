//! Rows as Arrow record batches: for Arrow streams and Parquet files.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{
    Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::rows::{Cell, Column, Kind, Row, Table};

/// Rows that a Parquet file keeps together: what is held in memory until they are written.
const ROW_GROUP: usize = 65_536;
/// Of time stamps.
const ZONE: &str = "UTC";

/// What is said about an answer as a whole, by name.
pub(super) type Facts = Vec<(String, String)>;

/// The columns of a table. Values are numbers, booleans 0 and 1; where a series has texts, they have columns of their own.
fn schema(table: &Table, facts: Facts) -> Arc<Schema> {
    let mut fields = Vec::new();
    for column in &table.columns {
        let name = column.name();
        let is_key = matches!(column, Column::Serial | Column::Metric | Column::RecordedAt);
        let kind = match column.kind() {
            Kind::Text => DataType::Utf8,
            Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some(ZONE.into())),
            Kind::Integer => DataType::Int64,
            Kind::Value => DataType::Float64,
        };
        let texts = is_text(table, *column)
            .then(|| Field::new(format!("{name}_text"), DataType::Utf8, true));
        fields.push(Field::new(name, kind, !is_key));
        fields.extend(texts);
    }
    Arc::new(Schema::new_with_metadata(
        fields,
        facts.into_iter().collect::<HashMap<_, _>>(),
    ))
}

fn is_text(table: &Table, column: Column) -> bool {
    column.kind() == Kind::Value && table.has_text()
}

/// The rows as columns.
fn batch(table: &Table, schema: &Arc<Schema>, rows: &[Row]) -> Result<RecordBatch, ArrowError> {
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
    for column in &table.columns {
        let cells = || rows.iter().map(|row| table.cell(row, *column));
        arrays.push(match column.kind() {
            Kind::Text => texts(cells()),
            Kind::Time => times(cells()),
            Kind::Integer => {
                let mut builder = Int64Builder::with_capacity(rows.len());
                cells().for_each(|cell| {
                    builder.append_option(match cell {
                        Cell::Integer(number) => Some(number),
                        _ => None,
                    });
                });
                Arc::new(builder.finish())
            }
            Kind::Value => numbers(cells(), rows.len()),
        });
        if is_text(table, *column) {
            arrays.push(texts(cells()));
        }
    }
    RecordBatch::try_new(Arc::clone(schema), arrays)
}

fn texts<'a>(cells: impl Iterator<Item = Cell<'a>>) -> ArrayRef {
    let mut builder = StringBuilder::new();
    cells.for_each(|cell| {
        builder.append_option(match cell {
            Cell::Text(text) => Some(text),
            _ => None,
        });
    });
    Arc::new(builder.finish())
}

fn times<'a>(cells: impl Iterator<Item = Cell<'a>>) -> ArrayRef {
    let mut builder = TimestampMicrosecondBuilder::new();
    cells.for_each(|cell| {
        builder.append_option(match cell {
            Cell::Time(at) => Some(at.timestamp_micros()),
            _ => None,
        });
    });
    Arc::new(builder.finish().with_timezone(ZONE))
}

fn numbers<'a>(cells: impl Iterator<Item = Cell<'a>>, count: usize) -> ArrayRef {
    let mut builder = Float64Builder::with_capacity(count);
    cells.for_each(|cell| {
        builder.append_option(match cell {
            Cell::Number(number) => Some(number),
            Cell::Boolean(boolean) => Some(f64::from(u8::from(boolean))),
            _ => None,
        });
    });
    Arc::new(builder.finish())
}

/// Writes an Arrow stream piece by piece.
pub(super) struct ArrowStream {
    schema: Arc<Schema>,
    writer: StreamWriter<Vec<u8>>,
}

impl ArrowStream {
    pub(super) fn new(table: &Table, facts: Facts) -> Result<Self, ArrowError> {
        let schema = schema(table, facts);
        let writer = StreamWriter::try_new(Vec::new(), &schema)?;
        Ok(Self { schema, writer })
    }

    /// Writes rows, and gives what there is to send.
    pub(super) fn rows(&mut self, table: &Table, rows: &[Row]) -> Result<Vec<u8>, ArrowError> {
        self.writer.write(&batch(table, &self.schema, rows)?)?;
        Ok(std::mem::take(self.writer.get_mut()))
    }

    /// Ends the stream.
    pub(super) fn end(mut self) -> Result<Vec<u8>, ArrowError> {
        self.writer.finish()?;
        Ok(std::mem::take(self.writer.get_mut()))
    }
}

/// Writes a Parquet file piece by piece.
pub(super) struct ParquetFile {
    schema: Arc<Schema>,
    writer: ArrowWriter<Vec<u8>>,
}

impl ParquetFile {
    pub(super) fn new(table: &Table, facts: Facts) -> Result<Self, ParquetError> {
        let schema = schema(table, facts);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .build();
        let writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties))?;
        Ok(Self { schema, writer })
    }

    /// Writes rows, and gives what there is to send: something once enough rows have come together.
    pub(super) fn rows(&mut self, table: &Table, rows: &[Row]) -> Result<Vec<u8>, ParquetError> {
        self.writer.write(&batch(table, &self.schema, rows)?)?;
        Ok(std::mem::take(self.writer.inner_mut()))
    }

    /// Writes the end of the file, without which nobody can read it.
    pub(super) fn end(mut self) -> Result<Vec<u8>, ParquetError> {
        self.writer.finish()?;
        Ok(std::mem::take(self.writer.inner_mut()))
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::{Float64Type, TimestampMicrosecondType};
    use arrow_ipc::reader::StreamReader;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::super::samples;
    use super::*;

    fn facts() -> Facts {
        vec![("source".to_owned(), "raw".to_owned())]
    }

    fn check(batch: &RecordBatch) {
        let names: Vec<&str> = batch
            .schema_ref()
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        assert_eq!(
            names,
            [
                "serial",
                "metric",
                "recorded_at",
                "value",
                "value_text",
                "unit",
                "quality"
            ]
        );
        let numbers = batch.column(3).as_primitive::<Float64Type>();
        assert_eq!(numbers.iter().collect::<Vec<_>>(), [Some(-71.5), None]);
        let texts = batch.column(4).as_string::<i32>();
        assert_eq!(texts.iter().collect::<Vec<_>>(), [None, Some("=1+1,\"x\"")]);
        let times = batch.column(2).as_primitive::<TimestampMicrosecondType>();
        assert_eq!(times.values(), &[0, 0]);
    }

    #[test]
    fn arrow_streams_are_read_back() {
        let (table, rows) = samples::readings();
        let mut stream = ArrowStream::new(&table, facts()).unwrap();
        let mut bytes = stream.rows(&table, &rows).unwrap();
        assert!(!bytes.is_empty(), "what is written is sent at once");
        bytes.extend(stream.rows(&table, &rows).unwrap());
        bytes.extend(stream.end().unwrap());
        let batches: Vec<RecordBatch> = StreamReader::try_new(&*bytes, None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(batches.len(), 2);
        assert_eq!(batches[0].schema_ref().metadata()["source"], "raw");
        check(&batches[1]);
    }

    #[test]
    fn parquet_files_are_read_back() {
        let (table, rows) = samples::readings();
        let mut file = ParquetFile::new(&table, facts()).unwrap();
        let mut bytes = file.rows(&table, &rows).unwrap();
        bytes.extend(file.end().unwrap());
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
        assert_eq!(reader.schema().metadata()["source"], "raw");
        let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
        check(&batches[0]);
    }
}
