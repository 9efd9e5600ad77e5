//! What happened, as the journal has it, page by page. It knows no states.

use crate::{
    api::Events,
    model::{PipelineName, Revision, Stream},
    service::{Service, ServiceError},
};

/// Entries in one page, whatever is asked for.
const PAGE_MOST: usize = 1_000;

impl Service {
    /// A page of a pipeline's entries after a revision; none when there is no such pipeline.
    pub async fn events(
        &self,
        name: &PipelineName,
        after: Revision,
        limit: usize,
    ) -> Result<Option<Events>, ServiceError> {
        if !self.running.mailboxes().contains_key(name) {
            return Ok(None);
        }
        let stream = Stream::Pipeline(name.clone());
        let mut page = self.page(stream, after, limit).await?;
        page.head = page.head.max(self.running.shared.hub.revision(name));
        Ok(Some(page))
    }

    /// A page of the organization's entries after a revision.
    pub async fn organization_events(
        &self,
        after: Revision,
        limit: usize,
    ) -> Result<Events, ServiceError> {
        let mut page = self.page(Stream::Organization, after, limit).await?;
        page.head = page.head.max(self.running.shared.org.borrow().revision);
        Ok(page)
    }

    /// The head is that of the page.
    async fn page(
        &self,
        stream: Stream,
        after: Revision,
        limit: usize,
    ) -> Result<Events, ServiceError> {
        let limit = limit.min(PAGE_MOST);
        let entries = self.running.shared.writer.read(stream, after, limit);
        let entries = entries.await?;
        let head = entries.last().map_or(Revision(0), |entry| entry.revision);
        Ok(Events { entries, head })
    }
}
