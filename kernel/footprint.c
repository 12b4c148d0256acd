// SPDX-License-Identifier: GPL-2.0
/*
 * The footprint of a container: how much physical memory its members map, each page once.
 *
 * The counters of the address spaces say how many pages each of them maps. Their sum counts a page
 * once for each of them: what fork() has left shared, shared memory, and the files of libraries.
 * Where that decides over life and death the page tables themselves are read, and each page's frame
 * number goes into a set.
 *
 * Reading page tables: mmap_lock is held for reading, so no mapping goes away and no table that
 * serves one is freed by munmap(), mremap() or exit. Who waits for that lock gets it after a
 * millisecond; the walk goes on behind the address that it has come to. He may have moved a mapping
 * from what is still to be read to what has been read, so what the counters say above what was
 * found in such a space is added, and what he has moved the other way is not found twice: such a
 * space has a set of its own. What may still free a table meanwhile is khugepaged, which waits
 * for a grace period or for an interrupt on every CPU before it does, as it has to for
 * get_user_pages_fast(). So interrupts are off while tables are read, as there, for 512 entries at
 * a time. A page that is freed or moves while it is looked at is one page more or less at that
 * moment, as it would be for any reader.
 *
 * What it counts differs from the counters in this: device memory, DAX and hugetlb pages do not
 * count in either; a page that one process maps twice counts once here, and twice there.
 *
 * Locking: c->lock is held, which makes it the only walk.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/delay.h>
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "compat.h"
#include "jackfruit.h"

/* One page of the set is a bitmap of this many frames: 128 MiB of memory, in pages of 4 KiB. */
#define JF_SET_SHIFT (PAGE_SHIFT + 3)

/*
 * Mappings that are being changed (mmap_lock is taken for writing) are waited for that often in one
 * walk, 100 microseconds or more each time. Then their owners' own counts have to do, which are
 * never too low; but they are too high for who forks, who holds the lock for as long as it takes to
 * copy the page tables: 10 ms and more for each GiB in small pages.
 */
#define JF_FOOTPRINT_TRIES 5000

/* Interrupts are off for so many entries of a page table at most. */
#define JF_FOOTPRINT_STEP 512

/*
 * Each address space may have so many more steps than it has pages: steps that find nothing.
 * Mappings and page tables that hold no page cost their owner little, and a walk much. Whose are
 * more is judged by his own count.
 */
#define JF_FOOTPRINT_EMPTY 16384

/*
 * A space that nobody uses any more is freed within this time, and a nanosecond for each byte, if
 * anybody lets it: asynchronous I/O that is not answered does not.
 */
#define JF_FOOTPRINT_PATIENCE_NS NSEC_PER_SEC

/* So long mmap_lock is held when somebody waits for it: some 50 MiB in small pages. */
#define JF_FOOTPRINT_HOLD_NS NSEC_PER_MSEC

/**
 * struct jf_frames - a set of page frames
 * @bitmaps: pages, each a bitmap of 1 << JF_SET_SHIFT frames
 * @count: how many are in it
 */
struct jf_frames {
	struct xarray bitmaps;
	unsigned long count;
};

/**
 * struct jf_footprint_walk - a walk under way
 * @c: whose members
 * @frames: the pages that were found
 * @own: those of the space that is being read, if its lock was let go meanwhile
 * @metric: what counts
 * @found: the frames of one step, still to be put into the set
 * @nr_found: how many
 * @anon_only: of what is being read only anonymous pages count
 * @mapped: how many pages the space that is being read was found to map
 * @parted: its lock was let go meanwhile: @mapped has each page once
 * @steps: how many more it may take
 * @tries: how often a mapping may still be waited for
 * @uncounted: bytes that the counters of members say, and their tables did not
 * @failed: there was no memory for the set
 */
struct jf_footprint_walk {
	struct jf_container *c;
	struct jf_frames frames;
	struct jf_frames own;
	enum jf_metric metric;
	unsigned long *found;
	unsigned int nr_found;
	bool anon_only;
	u64 mapped;
	bool parted;
	u64 steps;
	unsigned int tries;
	u64 uncounted;
	bool failed;
};

/* For debugfs's stats. */
static atomic64_t jf_footprint_walks;
static atomic64_t jf_footprint_ns;

static int jf_frames_add(struct jf_frames *frames, unsigned long pfn)
{
	unsigned long *bitmap = xa_load(&frames->bitmaps, pfn >> JF_SET_SHIFT);
	int ret;

	if (!bitmap) {
		/* under memory pressure rather no answer than a long wait */
		bitmap =
			(unsigned long *)get_zeroed_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
		if (!bitmap)
			return -ENOMEM;
		ret = xa_err(xa_store(&frames->bitmaps, pfn >> JF_SET_SHIFT, bitmap,
				      GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN));
		if (ret) {
			free_page((unsigned long)bitmap);
			return ret;
		}
	}
	if (!__test_and_set_bit(pfn & ((1UL << JF_SET_SHIFT) - 1), bitmap))
		frames->count++;
	return 0;
}

static void jf_frames_free(struct jf_frames *frames)
{
	unsigned long index, *bitmap;

	xa_for_each(&frames->bitmaps, index, bitmap) free_page((unsigned long)bitmap);
	xa_destroy(&frames->bitmaps);
	frames->count = 0;
}

static bool jf_footprint_is_anon(struct page *page)
{
	/* somebody may be giving it back: then what it was, or is about to be, will do */
	return data_race(folio_test_anon(page_folio(page)));
}

static bool jf_footprint_wanted(const struct jf_footprint_walk *walk, struct page *page)
{
	if (walk->anon_only)
		return jf_footprint_is_anon(page);
	/* after MADV_FREE it is not swapbacked, even if it has been written to again */
	return walk->metric != JF_METRIC_ANON || jf_footprint_is_anon(page) ||
		folio_test_swapbacked(page_folio(page));
}

static void jf_footprint_pte(struct jf_footprint_walk *walk, pte_t pte)
{
	unsigned long pfn;

	/* special: the zero page, or memory without a struct page */
	if (!pte_present(pte) || pte_special(pte))
		return;
	pfn = pte_pfn(pte);
	if (!pfn_valid(pfn) || is_zero_pfn(pfn) || !jf_footprint_wanted(walk, pfn_to_page(pfn)))
		return;
	walk->found[walk->nr_found++] = pfn;
}

/* A huge page, or the part of it that [@addr, @end) maps. */
static void jf_footprint_huge(struct jf_footprint_walk *walk, struct vm_area_struct *vma, pmd_t pmd,
			      unsigned long addr, unsigned long end)
{
	unsigned long pfn = pmd_pfn(pmd);

	if (!pmd_present(pmd) || !pfn_valid(pfn))
		return;
	/* the huge zero page */
	if (vma_is_anonymous(vma) && !jf_footprint_is_anon(pfn_to_page(pfn)))
		return;
	if (!jf_footprint_wanted(walk, pfn_to_page(pfn)))
		return;
	pfn += (addr & ~PMD_MASK) >> PAGE_SHIFT;
	for (; addr < end; addr += PAGE_SIZE)
		walk->found[walk->nr_found++] = pfn++;
}

/*
 * Collect the pages that are mapped at @addr, up to @end, the end of their page table or of a step.
 * Interrupts are off. Returns where to go on: behind what has no table at all, where that is.
 *
 * A level that is folded into the one above has one entry, which is always there, and ends where
 * that does.
 */
static unsigned long jf_footprint_tables(struct jf_footprint_walk *walk, struct vm_area_struct *vma,
					 unsigned long addr, unsigned long end)
{
	pgd_t *pgdp = pgd_offset(vma->vm_mm, addr);
	p4d_t *p4dp;
	pud_t *pudp, pud;
	pmd_t *pmdp, pmd;
	pte_t *table, *ptep;

	end = pgd_addr_end(addr, end);
	if (pgd_none(*pgdp) || pgd_bad(*pgdp))
		return end;
	p4dp = p4d_offset(pgdp, addr);
	end = p4d_addr_end(addr, end);
	if (p4d_none(READ_ONCE(*p4dp)) || p4d_bad(READ_ONCE(*p4dp)))
		return end;
	/* a whole table of empty entries at once: to have one costs a process only a page or two */
	pudp = pud_offset(p4dp, addr);
	while (pud_none(pud = READ_ONCE(*pudp))) {
		addr = pud_addr_end(addr, end);
		if (addr == end)
			return end;
		pudp++;
	}
	end = pud_addr_end(addr, end);
	if (pud_leaf(pud) || pud_bad(pud))
		return end;
	pmdp = pmd_offset(pudp, addr);
	while (pmd_none(pmd = pmdp_get_lockless(pmdp))) {
		addr = pmd_addr_end(addr, end);
		if (addr == end)
			return end;
		pmdp++;
	}
	end = pmd_addr_end(addr, end);
	if (!pmd_present(pmd))
		return end;
	if (end - addr > JF_FOOTPRINT_STEP << PAGE_SHIFT)
		end = addr + (JF_FOOTPRINT_STEP << PAGE_SHIFT);
	if (pmd_leaf(pmd)) {
		jf_footprint_huge(walk, vma, pmd, addr, end);
		return end;
	}
	if (pmd_bad(pmd))
		return end;
	/* from the value that was checked: the entry may change */
	table = jf_pte_map(&pmd, addr);
	for (ptep = table; addr < end; addr += PAGE_SIZE)
		jf_footprint_pte(walk, ptep_get_lockless(ptep++));
	jf_pte_unmap(table);
	return end;
}

/* Put what a step has found into the sets. */
static void jf_footprint_keep(struct jf_footprint_walk *walk)
{
	unsigned int i;

	for (i = 0; i < walk->nr_found; i++) {
		if (jf_frames_add(&walk->frames, walk->found[i]) ||
		    (walk->parted && jf_frames_add(&walk->own, walk->found[i])))
			walk->failed = true;
	}
	walk->mapped = walk->parted ? walk->own.count : walk->mapped + walk->nr_found;
}

/*
 * Somebody waits for the lock, which has been held until @until. But who has let us wait for half
 * of the tries has to wait: else who maps and unmaps all the time would be judged by the sum.
 */
static bool jf_footprint_part(struct jf_footprint_walk *walk, struct mm_struct *mm, u64 until)
{
	return walk->tries > JF_FOOTPRINT_TRIES / 2 && mmap_lock_is_contended(mm) &&
		ktime_get_ns() > until;
}

/* Collect from @addr to the end of @vma, or until @until if somebody waits for the lock. */
static unsigned long jf_footprint_vma(struct jf_footprint_walk *walk, struct vm_area_struct *vma,
				      unsigned long addr, u64 until)
{
	unsigned long flags;
	u64 begin;

	/* what the counters do not count: pages of a device, but not the copies of them */
	walk->anon_only = vma->vm_flags & (VM_PFNMAP | VM_IO) || vma_is_dax(vma);
	if (is_vm_hugetlb_page(vma) || (walk->anon_only && !vma->anon_vma)) {
		walk->steps--;
		cond_resched();
		return vma->vm_end;
	}
	do {
		walk->steps--;
		walk->nr_found = 0;
		local_irq_save(flags);
		begin = ktime_get_ns();
		addr = jf_footprint_tables(walk, vma, addr, vma->vm_end);
		jf_latency_note(begin);
		local_irq_restore(flags);
		jf_footprint_keep(walk);
		cond_resched();
	} while (addr < vma->vm_end && !walk->failed && walk->steps &&
		 !jf_footprint_part(walk, vma->vm_mm, until));
	return addr;
}

static bool jf_footprint_lock(struct jf_footprint_walk *walk, struct mm_struct *mm)
{
	/*
	 * not mmap_read_lock(): whoever holds it may be waiting for a file system that never
	 * answers
	 */
	while (!mmap_read_trylock(mm)) {
		if (!walk->tries)
			return false;
		walk->tries--;
		usleep_range(100, 200);
	}
	return true;
}

/* Collect what @mm maps. Returns whether its mappings could be read. */
static bool jf_footprint_space(struct jf_footprint_walk *walk, struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	unsigned long addr = 0;
	u64 until;

	for (;;) {
		if (!jf_footprint_lock(walk, mm))
			return false;
		until = ktime_get_ns() + JF_FOOTPRINT_HOLD_NS;
		do {
			vma = find_vma(mm, addr);
			if (vma)
				addr = jf_footprint_vma(walk, vma, max(addr, vma->vm_start), until);
		} while (vma && !walk->failed && walk->steps &&
			 !jf_footprint_part(walk, mm, until));
		mmap_read_unlock(mm);
		if (!vma || walk->failed)
			return true;
		if (!walk->steps)
			return false;
		if (!walk->parted) {
			/* from the start, with a set for what has been seen */
			walk->parted = true;
			walk->mapped = 0;
			addr = 0;
		}
	}
}

static void jf_footprint_member(const struct jf_member_ref *ref, void *data)
{
	struct jf_footprint_walk *walk = data;
	struct mm_struct *mm = ref->mm;
	u64 usage, found, swapped, now;
	bool read;

	if (!ref->counted) {
		/* its faults change what another one counts for */
		jf_member_set_walked(walk->c, ref, 0, jf_usage_faults(ref->pid));
		return;
	}
	if (walk->failed)
		return;
	if (!mmget_not_zero(mm)) {
		/* it will be gone in a moment; or somebody keeps that from happening */
		usage = jf_usage_member(ref, walk->metric);
		now = ktime_get_ns();
		if (!ref->free_by_ns)
			jf_member_set_free_by(walk->c, mm, now + JF_FOOTPRINT_PATIENCE_NS + usage);
		else if (now > ref->free_by_ns)
			walk->uncounted += usage;
		return;
	}
	/* before the tables are read: what grows meanwhile has grown since */
	usage = jf_usage_member(ref, walk->metric);
	jf_member_set_walked(walk->c, ref, usage >> PAGE_SHIFT, jf_usage_faults(ref->pid));
	walk->mapped = 0;
	walk->parted = false;
	walk->steps = (usage >> PAGE_SHIFT) + JF_FOOTPRINT_EMPTY;
	read = jf_footprint_space(walk, mm);
	found = walk->mapped << PAGE_SHIFT;
	if (walk->metric == JF_METRIC_RSS_SWAP) {
		swapped = (u64)jf_mm_counter(mm, MM_SWAPENTS) << PAGE_SHIFT;
		walk->uncounted += swapped;
		found += swapped;
	}
	if (!read || walk->parted) {
		/* what it has given back meanwhile was not to be found */
		usage = min(usage, jf_usage_member(ref, walk->metric));
		walk->uncounted += usage > found ? usage - found : 0;
	}
	if (walk->parted)
		jf_frames_free(&walk->own);
	/* the last user frees the whole address space: that is not for here */
	mmput_async(mm);
}

/**
 * jf_footprint_read() - the physical memory that a container's members map, each page once
 * @c: the container
 * @bytes: the result; with what has been swapped out, once for each address space, if the metric
 *	counts that
 *
 * Context: may sleep; @c->lock held.
 * Return: 0, or -ENOMEM. Takes about 20 microseconds for each MiB that is mapped in small pages.
 */
int jf_footprint_read(struct jf_container *c, u64 *bytes)
{
	struct jf_footprint_walk walk = {
		.c = c,
		.metric = c->metric,
		.tries = JF_FOOTPRINT_TRIES,
	};
	u64 begin = ktime_get_ns();

	lockdep_assert_held(&c->lock);
	walk.found = kmalloc_array(JF_FOOTPRINT_STEP, sizeof(*walk.found), GFP_KERNEL);
	if (!walk.found)
		return -ENOMEM;
	xa_init(&walk.frames.bitmaps);
	xa_init(&walk.own.bitmaps);
	jf_members_walk(c, jf_footprint_member, &walk);
	*bytes = ((u64)walk.frames.count << PAGE_SHIFT) + walk.uncounted;
	jf_frames_free(&walk.frames);
	kfree(walk.found);
	atomic64_inc(&jf_footprint_walks);
	atomic64_add(ktime_get_ns() - begin, &jf_footprint_ns);
	return walk.failed ? -ENOMEM : 0;
}

/**
 * jf_footprint_show_stats() - the footprint's lines of debugfs's stats
 * @m: where they go
 */
void jf_footprint_show_stats(struct seq_file *m)
{
	seq_printf(m, "footprints %lld\n", atomic64_read(&jf_footprint_walks));
	seq_printf(m, "footprint_us %lld\n",
		   div_s64(atomic64_read(&jf_footprint_ns), NSEC_PER_USEC));
}
