//! What was written about a pipeline, value by value, from the texts that are in force: the files on
//! disk may be newer.

use crate::{
    api::Setting,
    definition::{self, Explained, Place},
    model::{PipelineName, Stream},
    service::{Service, ServiceError},
};
use tokio::task::spawn_blocking;

impl Service {
    /// Every effective value of a pipeline; none when it has no definition.
    pub async fn settings(
        &self,
        name: &PipelineName,
    ) -> Result<Option<Vec<Setting>>, ServiceError> {
        let (directory, texts, today) = {
            let applied = self.running.applied.lock().await;
            let (directory, texts) = (applied.directory.clone(), applied.texts.clone());
            (directory, texts, applied.today)
        };
        let wanted = name.clone();
        let work = move || definition::explain_texts(&directory, (&texts, today), &wanted);
        let read = spawn_blocking(work).await;
        let read = read.map_err(|_broken_off| ServiceError::Died {
            stream: Stream::Pipeline(name.clone()),
        })?;
        match read {
            Ok(lines) => Ok(Some(lines.into_iter().map(setting).collect())),
            // The texts in force are right, so this is a name that they do not have.
            Err(why) => {
                tracing::debug!(%name, %why, "no settings");
                Ok(None)
            }
        }
    }
}

fn setting(line: Explained) -> Setting {
    let place = |place: Option<Place>| place.map(|place| format!("{}:{}", place.file, place.line));
    Setting {
        path: line.path,
        value: line.value,
        place: place(line.place),
        protected: place(line.protected),
    }
}
